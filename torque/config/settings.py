"""Every setting that has an effect, typed, with its default: one struct per section of `torque.toml`.

Times are seconds unless the name says otherwise; sizes are bytes and may be written "10MB".
The comment above a key is what the documentation says about it, its scope included.
"""

from typing import Annotated, Literal

import msgspec

Size = Annotated[int, msgspec.Meta(ge=1, extra={"size": True})]
"""A number of bytes; text takes KB, MB and GB, each 1024 of the one before."""

Count = Annotated[int, msgspec.Meta(ge=1)]
CountOrOff = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]


class DatabaseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the data is. Connection numbers are totals per server, divided among its workers.

    `audit_months` is for how many months before the present one the audit log is kept; 0 is for ever.
    """

    url: str = ""
    max_connections: Count = 50
    min_connections: CountOrOff = 10
    connection_timeout: Seconds = 30.0
    idle_timeout: Seconds = 600.0
    partitions: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 8
    audit_months: CountOrOff = 0


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how the server listens, and who may reach it."""

    bind: str = "127.0.0.1:8080"
    workers: CountOrOff = 0
    request_timeout: Seconds = 30.0
    max_payload_size: Size = 10 * 1024 * 1024
    public_url: str = ""
    allowed_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    tls_cert: str = ""
    tls_key: str = ""
    apps_origin: str = ""
    shutdown_timeout: Seconds = 10.0
    graphql_path: str = "/graphql"
    jsonrpc_path: str = "/jsonrpc"
    mcp_path: str = "/mcp"


class PerformanceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Caches and pools. Totals per server, divided among its workers."""

    enable_simd_json: bool = True
    entity_cache_size: Count = 10_000
    entity_cache_ttl: Seconds = 300.0
    js_runtime_pool_size: Count = 20
    connection_pool_size: Count = 100
    cache_bytes: Size = 64 * 1024 * 1024


class XflowSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of workflows, per host. `max_execution_time` is in milliseconds. No `fetch_hosts`: no `fetch`.

    `execution_months` is for how many months before the present one executions are kept; 0 is for ever.
    """

    max_execution_time: Count = 30_000
    max_parallel_executions: Count = 100
    enable_compilation_cache: bool = True
    compilation_cache_size: Count = 1000
    execution_months: CountOrOff = 0
    fetch_hosts: tuple[str, ...] = ()
    fetch_denied_hosts: tuple[str, ...] = ()
    fetch_private_hosts: tuple[str, ...] = ()
    fetch_timeout: Seconds = 10.0
    fetch_max_size: Size = 5 * 1024 * 1024


class LoggingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is logged and in which form."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "json"
    structured: bool = True
    performance_logs: bool = True


class GraphqlSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of GraphQL, per request; and whether administrators find a playground at its address."""

    enable_playground: bool = True
    enable_introspection: bool = True
    max_query_complexity: Count = 1000
    max_query_depth: Count = 20


class JsonrpcSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of JSON-RPC, per request."""

    enable_batch_requests: bool = True
    max_batch_size: Count = 100
    enable_compression: bool = True


class McpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the MCP server offers; `max_concurrent_requests` is per client and worker."""

    enable_tools: bool = True
    enable_resources: bool = True
    enable_prompts: bool = True
    max_concurrent_requests: Count = 50


class FrontendSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the front ends are served."""

    enable_hot_reload: bool = False
    bundle_optimization: bool = True
    enable_pwa: bool = True


class LimitsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of requests. Rates are per host, streams per host, the rest per request; 0 is off."""

    max_depth: Annotated[int, msgspec.Meta(ge=4, le=512)] = 64
    ws_queue: Count = 256
    requests_per_minute_token: CountOrOff = 0
    requests_per_minute_address: CountOrOff = 0
    query_timeout: Seconds = 10.0
    streams_per_address: Count = 20
    import_size: Size = 1024 * 1024 * 1024


class FilesSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where attachments lie, and how large they may be. `keep_unused` is how long a file stays that no record holds."""

    store: Literal["local", "s3"] = "local"
    folder: str = ".torque/files"
    max_size: Size = 100 * 1024 * 1024
    max_image_pixels: Count = 40_000_000
    keep_unused: Seconds = 86_400.0
    s3_endpoint: str = ""
    s3_bucket: str = ""
    s3_prefix: str = ""
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = ""


class LiveSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The live feed. Stream limits are per stream, `max_streams` is per host."""

    transport: Literal["auto", "ws", "sse"] = "auto"
    stream_max_bytes: Size = 256 * 1024
    stream_max_seconds: Seconds = 300.0
    max_streams: Count = 2000
    heartbeat: Seconds = 20.0


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of one process, resolved.

    Parameters
    ----------
    folder
        The project folder: where `torque.toml` lies, else the current one. Relative paths start there.
    optimize
        The production preset: caches are warmed before the first request.
    """

    folder: str = "."
    optimize: bool = False
    database: DatabaseSettings = DatabaseSettings()
    server: ServerSettings = ServerSettings()
    performance: PerformanceSettings = PerformanceSettings()
    xflow: XflowSettings = XflowSettings()
    logging: LoggingSettings = LoggingSettings()
    graphql: GraphqlSettings = GraphqlSettings()
    jsonrpc: JsonrpcSettings = JsonrpcSettings()
    mcp: McpSettings = McpSettings()
    frontend: FrontendSettings = FrontendSettings()
    limits: LimitsSettings = LimitsSettings()
    live: LiveSettings = LiveSettings()
    files: FilesSettings = FilesSettings()


SECTIONS: dict[str, type[msgspec.Struct]] = {
    "database": DatabaseSettings,
    "server": ServerSettings,
    "performance": PerformanceSettings,
    "xflow": XflowSettings,
    "logging": LoggingSettings,
    "graphql": GraphqlSettings,
    "jsonrpc": JsonrpcSettings,
    "mcp": McpSettings,
    "frontend": FrontendSettings,
    "limits": LimitsSettings,
    "live": LiveSettings,
    "files": FilesSettings,
}
"""Section name to its struct, in the order of the documentation."""

NOT_YET: dict[str, str] = {
    "performance.enable_mimalloc": "as measured, mimalloc saves 5 % on reads and costs lists and creates 6 to 12 %",
}
"""Known keys whose feature does not exist yet, with the reason they are refused."""

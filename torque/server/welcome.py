"""What a person sees when the server is ready: where things are, and how to get in."""

from torque.config import Config
from torque.server.middleware import ANY_ADDRESS, split_bind


def base_url(config: Config) -> str:
    """Return the address to open in a browser on this machine, or the public one."""
    if config.server.public_url:
        return config.server.public_url.rstrip("/")
    host, port = split_bind(config.server.bind)
    host = "localhost" if host in ANY_ADDRESS else f"[{host}]" if ":" in host else host
    return f"{'https' if config.server.tls_cert else 'http'}://{host}:{port}"


def welcome(config: Config, said: dict[str, object]) -> str:
    """Return the lines to print."""
    base = base_url(config)
    applications = said.get("applications")
    lines = ["", "Torque is ready.", f"  Editor   {base}/editor/"]
    for name in applications if isinstance(applications, list) else []:
        lines.append(f"  App      {base}/app/{name}")
    if said.get("more"):
        lines.append(f"           and {said['more']} more, see {base}/editor/")
    lines.append(f"  Sign in  {base}/editor/sign-in#{said['secret']}")
    lines.append("           (works once, within 10 minutes; `torque token link` prints another)")
    return "\n".join(lines) + "\n\n"

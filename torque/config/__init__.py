from torque.config.load import Loaded, load
from torque.config.problems import ConfigError, Problem
from torque.config.settings import (
    Config,
    DatabaseSettings,
    FilesSettings,
    FrontendSettings,
    GraphqlSettings,
    JsonrpcSettings,
    LimitsSettings,
    LiveSettings,
    LoggingSettings,
    McpSettings,
    PerformanceSettings,
    ServerSettings,
    XflowSettings,
)

__all__ = [
    "Config",
    "ConfigError",
    "DatabaseSettings",
    "FilesSettings",
    "FrontendSettings",
    "GraphqlSettings",
    "JsonrpcSettings",
    "LimitsSettings",
    "LiveSettings",
    "Loaded",
    "LoggingSettings",
    "McpSettings",
    "PerformanceSettings",
    "Problem",
    "ServerSettings",
    "XflowSettings",
    "load",
]

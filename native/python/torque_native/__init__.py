"""Compiled parts of Torque; `torque.native` is the only module that may import this package."""

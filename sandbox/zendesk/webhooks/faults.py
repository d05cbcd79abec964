"""Deliveries that come late, twice, out of order, or never, on demand: the same on all stand-ins."""

from sandbox.common.deliveries import DeliveryFault, DeliveryFaults

__all__ = ["DeliveryFault", "DeliveryFaults"]

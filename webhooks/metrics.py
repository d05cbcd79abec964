"""What Prometheus reads: counters of this process, and gauges straight from the tables."""

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from webhooks.store.clock import Clock
from webhooks.store.database import Database, StorageError
from webhooks.store.gauges import backlog
from webhooks.store.runtime import Runtime

CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class Metrics:
    """The counters, and the observer that adapters report their calls to (``adapters.services.Observer``)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.deliveries = Counter(
            "sidecar_deliveries", "Webhook requests by result", ["connection", "result"], registry=self.registry
        )
        self.looks = Counter(
            "sidecar_looks", "Looks by result", ["connection", "kind", "result"], registry=self.registry
        )
        self.look_seconds = Histogram("sidecar_look_seconds", "How long a look took", ["kind"], registry=self.registry)
        self.writes = Counter("sidecar_writes", "Updates by result", ["connection", "result"], registry=self.registry)
        self.calls = Counter(
            "sidecar_api_calls", "API calls", ["connection", "method", "route", "status"], registry=self.registry
        )
        self.call_seconds = Histogram(
            "sidecar_api_call_seconds", "API calls", ["connection"], buckets=CALL_SECONDS, registry=self.registry
        )
        self.waits = Counter("sidecar_waits", "Looks put off by a rate limit", ["connection"], registry=self.registry)
        self.wait_seconds = Counter(
            "sidecar_wait_seconds",
            "Seconds that looks were put off by rate limits",
            ["connection"],
            registry=self.registry,
        )
        self.failures = Counter(
            "sidecar_failures", "Failed looks by error", ["connection", "error"], registry=self.registry
        )

    def on_call(self, platform: str, connection: str, method: str, route: str, status: int, seconds: float) -> None:
        """Count one API call."""
        del platform  # a connection has only one
        self.calls.labels(connection, method, route, str(status)).inc()
        self.call_seconds.labels(connection).observe(seconds)

    def on_wait(self, connection: str, wait: timedelta) -> None:
        """Count one look that waits for a rate limit."""
        self.waits.labels(connection).inc()
        self.wait_seconds.labels(connection).inc(wait.total_seconds())

    def render(self) -> bytes:
        """Return the page that Prometheus reads."""
        return generate_latest(self.registry)


class StoreCollector(Collector):
    """Reads the tables when it is asked; without a database it says so and nothing else."""

    def __init__(self, database: Database, clock: Clock, runtime: Runtime) -> None:
        self._database, self._clock, self._runtime = database, clock, runtime

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what is due, held and parked, the lag, pauses, and when credentials end."""
        try:
            now = backlog(self._database, self._clock)
            expiries = self._runtime.credential_expiries()
            paused = self._runtime.paused()
        except StorageError:
            yield GaugeMetricFamily("sidecar_database_up", "1 while the database answers", value=0)
            return
        yield GaugeMetricFamily("sidecar_database_up", "1 while the database answers", value=1)
        yield GaugeMetricFamily("sidecar_looks_due", "Looks that could begin", value=now.due)
        yield GaugeMetricFamily("sidecar_looks_held", "Looks that are handed out or running", value=now.held)
        yield GaugeMetricFamily("sidecar_looks_parked", "Looks that wait for a person", value=now.parked)
        yield GaugeMetricFamily(
            "sidecar_lag_seconds", "For how long the oldest due look has been due", value=now.lag.total_seconds()
        )
        expiry = GaugeMetricFamily(
            "sidecar_credential_expires_timestamp_seconds", "When a credential ends", labels=["connection"]
        )
        for name, at in expiries.items():
            expiry.add_metric([name], at.timestamp())
        yield expiry
        stopped = GaugeMetricFamily("sidecar_writing_paused", "1 while writing is stopped", labels=["connection"])
        for name in paused:
            stopped.add_metric([name], 1)
        yield stopped

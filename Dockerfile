# syntax=docker/dockerfile:1
# Two stages: the wheel and its locked dependencies are put into an environment, which alone goes into the image.
# tests/deploy runs these steps in a clean folder; the image itself is built by nobody's test.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/sidecar
COPY requirements/run.txt requirements/run.txt
RUN /opt/sidecar/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY core core
COPY adapters adapters
COPY webhooks webhooks
COPY policies policies
COPY sandbox sandbox
RUN /opt/sidecar/bin/python -m pip install --no-cache-dir --no-deps . \
    && /opt/sidecar/bin/sla-sidecar --version

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home sidecar
COPY --from=build /opt/sidecar /opt/sidecar
ENV PATH=/opt/sidecar/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SIDECAR_LISTEN=0.0.0.0:8080 \
    SIDECAR_SETTINGS=/data/sidecar.yaml
USER 10001
WORKDIR /data
# Settings, secrets and an SQLite file lie here; everything else may be read-only (`docker run --read-only --tmpfs /tmp`).
VOLUME /data
EXPOSE 8080
# Workers answer no HTTP: start them with --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['SIDECAR_LISTEN'].rpartition(':')[2] + '/healthz', timeout=4)"]
ENTRYPOINT ["sla-sidecar"]
CMD ["serve"]

# Headwater in one image: server, web process, and the gateway's configuration. docs/deploying.md.
#
# Pinned by tag. A digest pins harder, and only who reaches the registry knows it:
#   docker build --build-arg PYTHON=python:3.11.13-slim-bookworm@sha256:… .
ARG PYTHON=python:3.11.13-slim-bookworm

# Two stages, so that the image holds neither pip's cache nor a compiler.
FROM ${PYTHON} AS build
WORKDIR /src
RUN python -m venv /opt/headwater
ENV PATH=/opt/headwater/bin:$PATH
COPY constraints.txt pyproject.toml README.md LICENSE NOTICE ./
COPY licenses licenses
COPY clients/python clients/python
COPY service service
RUN pip install --no-cache-dir --no-compile --constraint constraints.txt \
        ./clients/python '.[gateway,tracing]' \
    # A layer keeps times in whole seconds, and numba takes what it compiled only for a source of
    # exactly the same time.
    && find /opt/headwater -exec touch --no-dereference --date=2026-01-01T00:00:00Z {} + \
    && python -m compileall -q /opt/headwater/lib
# The kernels, 40 seconds of a core: whoever starts on a processor like this one finds them, others
# compile their own into /tmp. Nothing can be written here later: they are copied from here.
ENV NUMBA_CACHE_DIR=/opt/headwater/kernels
RUN python -c "from headwater_server.engine.warmup import warm_up; warm_up()"

FROM ${PYTHON}
RUN groupadd --gid 10001 headwater \
    && useradd --uid 10001 --gid 10001 --no-create-home headwater \
    # volumes take their owner from here when they are made
    && install --directory --owner headwater --group headwater /data /archive /gateway
COPY --from=build /opt/headwater /opt/headwater
# a headwater.toml that is mounted here is read
WORKDIR /etc/headwater
ENV PATH=/opt/headwater/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NUMBA_CACHE_DIR=/opt/headwater/kernels \
    HEADWATER_LISTEN=0.0.0.0:50051
USER 10001:10001
VOLUME ["/data"]
EXPOSE 50051
# SERVING as grpc.health.v1 says it: the probe of every orchestrator
HEALTHCHECK --interval=5s --timeout=3s --start-period=120s --retries=3 \
    CMD ["headwater", "probe", "--target", "127.0.0.1:50051"]
# it listens beyond its own loopback, so it starts with a key only: docker run -e HEADWATER_KEYS=…
ENTRYPOINT ["headwater"]
CMD ["serve", "--data-dir", "/data"]

# Two stages, so that the image holds neither pip's cache nor a compiler.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/headwater
COPY constraints.txt pyproject.toml README.md ./
COPY clients/python clients/python
COPY service service
RUN /opt/headwater/bin/pip install --no-cache-dir --constraint constraints.txt ./clients/python .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home headwater \
    && mkdir -p /data /var/cache/headwater \
    && chown headwater:headwater /data /var/cache/headwater
COPY --from=build /opt/headwater /opt/headwater
ENV PATH=/opt/headwater/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HEADWATER_LISTEN=0.0.0.0:50051 \
    # compiled kernels are kept, so that only the first start waits for them
    NUMBA_CACHE_DIR=/var/cache/headwater
USER headwater
VOLUME ["/data", "/var/cache/headwater"]
EXPOSE 50051
# SERVING as grpc.health.v1 says it: the probe of every orchestrator
HEALTHCHECK --interval=5s --timeout=3s --start-period=90s --retries=3 \
    CMD ["headwater", "probe", "--target", "127.0.0.1:50051"]
# it listens beyond its own loopback, so it starts with a key only: docker run -e HEADWATER_KEYS=…
ENTRYPOINT ["headwater"]
CMD ["serve", "--data-dir", "/data"]

# Headwater in one image: server, web process, and the gateway's configuration. See docs/deploying.md.
#
# Pinned by tag. A digest is stricter, and needs access to the registry:
#   docker build --build-arg PYTHON=python:3.11.13-slim-bookworm@sha256:… .
ARG PYTHON=python:3.11.13-slim-bookworm

# Two stages, so that the image contains neither pip's cache nor a compiler.
FROM ${PYTHON} AS build
WORKDIR /src
RUN python -m venv /opt/headwater
ENV PATH=/opt/headwater/bin:$PATH
COPY constraints.txt pyproject.toml README.md LICENSE NOTICE ./
COPY licenses licenses
COPY clients/python clients/python
COPY service service
RUN pip install --no-cache-dir --no-compile --constraint constraints.txt \
        ./clients/python '.[gateway,kafka,objects,oidc,tracing]' \
    && python -m compileall -q /opt/headwater/lib
# Compile the kernels (40 seconds of CPU time), for a baseline that every x86-64 processor since 2013
# has, and every 64-bit ARM one. This folder is read-only later, so a start copies them.
ENV NUMBA_CACHE_DIR=/opt/headwater/kernels
RUN headwater compile

FROM ${PYTHON}
RUN groupadd --gid 10001 headwater \
    && useradd --uid 10001 --gid 10001 --no-create-home headwater \
    # new volumes take their owner from these folders
    && install --directory --owner headwater --group headwater /data /archive /gateway
COPY --from=build /opt/headwater /opt/headwater
# the server reads a headwater.toml that is mounted here
WORKDIR /etc/headwater
ENV PATH=/opt/headwater/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NUMBA_CACHE_DIR=/opt/headwater/kernels \
    HEADWATER_LISTEN=0.0.0.0:50051
USER 10001:10001
VOLUME ["/data"]
EXPOSE 50051
# healthy means SERVING in grpc.health.v1, as for every orchestrator
HEALTHCHECK --interval=5s --timeout=3s --start-period=120s --retries=3 \
    CMD ["headwater", "probe", "--target", "127.0.0.1:50051"]
# the server listens beyond loopback, so it needs a key: docker run -e HEADWATER_KEYS=…
ENTRYPOINT ["headwater"]
CMD ["serve", "--data-dir", "/data"]

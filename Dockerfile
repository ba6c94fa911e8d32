# The mock as a container. It needs no capabilities and no writable file system:
#
#   docker build --tag smsonline-mock .
#   docker run --read-only --cap-drop ALL --publish 127.0.0.1:8080:8080 --env SMSONLINE_MOCK_TOKEN=… smsonline-mock

FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY contracts contracts
COPY mockserver mockserver
COPY fixtures fixtures
COPY scenarios scenarios
RUN python -m venv /opt/mock && /opt/mock/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="smsonline-mock" \
      org.opencontainers.image.description="A mock server that behaves like the SMSOnline phone-number service." \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/mock /opt/mock
# A published port forwards to the container's address. The mock therefore listens on all addresses and requires a token.
ENV PATH=/opt/mock/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SMSONLINE_MOCK_HOST=0.0.0.0 \
    SMSONLINE_MOCK_PORT=8080
USER 10001:10001
WORKDIR /
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"SMSONLINE_MOCK_PORT\"]}/readyz', timeout=2)"]
ENTRYPOINT ["sh", "-c", "[ \"$1\" != serve ] || : \"${SMSONLINE_MOCK_TOKEN:?give the container a token: --env SMSONLINE_MOCK_TOKEN=...}\"; exec smsonline-mock \"$@\"", "smsonline-mock"]
CMD ["serve"]

# The bot as an image. Every library comes from requirements.lock, and what builds the bot from .ci/build.lock,
# checked against their hashes. CONTRIBUTING.md says how this image of Python is pinned by its digest.
FROM python:3.12.14-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
RUN python -m venv /app
COPY requirements.lock ./
RUN /app/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
COPY .ci/build.lock .ci/notices.py ./.ci/
RUN python -m venv .build && .build/bin/pip install --require-hashes --only-binary :all: -r .ci/build.lock
COPY pyproject.toml README.md LICENSE ./
COPY adapters ./adapters
COPY bot ./bot
COPY flows ./flows
RUN .build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir .wheel . \
    && /app/bin/pip install --no-deps --no-index .wheel/*.whl \
    && /app/bin/python .ci/notices.py >/app/THIRD_PARTY.txt

FROM python:3.12.14-slim-trixie
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /app /app
WORKDIR /tmp
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('HEALTH_PORT') or 8080), timeout=2); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["imessage-support"]
CMD ["run"]

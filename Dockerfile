# Torque as a container image. Stage 1 builds the front ends, stage 2 the wheels, stage 3 runs them as a plain user.
FROM node:20-bookworm-slim AS front
WORKDIR /src/frontend
COPY frontend/ ./
COPY torque/model/components/ ../torque/model/components/
RUN npm ci && npm run build

FROM rust:1-slim-bookworm AS rust

FROM python:3.11-slim-bookworm AS wheels
RUN apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
COPY --from=rust /usr/local/rustup /usr/local/rustup
COPY --from=rust /usr/local/cargo /usr/local/cargo
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r requirements/dev.txt
COPY pyproject.toml README.md LICENSE ./
COPY native/ native/
COPY torque/ torque/
COPY migrations/ migrations/
COPY tools/ tools/
COPY --from=front /src/frontend/apps/app/dist frontend/apps/app/dist
COPY --from=front /src/frontend/apps/editor/dist frontend/apps/editor/dist
COPY --from=front /src/frontend/apps/playground/dist frontend/apps/playground/dist
COPY --from=front /src/frontend/apps/app/dist-readable frontend/apps/app/dist-readable
COPY --from=front /src/frontend/apps/editor/dist-readable frontend/apps/editor/dist-readable
COPY --from=front /src/frontend/apps/playground/dist-readable frontend/apps/playground/dist-readable
RUN /opt/build/bin/python tools/assets.py \
    && /opt/build/bin/maturin build --release --locked -m native/crates/torque-py/Cargo.toml -i /opt/build/bin/python -o /wheels \
    && /opt/build/bin/pip wheel --no-deps --no-build-isolation -w /wheels .

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 torque
COPY requirements/run.txt /tmp/run.txt
COPY --from=wheels /wheels /tmp/wheels
RUN pip install --no-cache-dir --require-hashes -r /tmp/run.txt \
    && pip install --no-cache-dir --no-deps /tmp/wheels/*.whl && rm -rf /tmp/wheels /tmp/run.txt
USER torque
WORKDIR /home/torque
# The embedded database and attached files; made here so that a volume belongs to the user.
RUN mkdir .torque
VOLUME /home/torque/.torque
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health', timeout=2)"]
ENTRYPOINT ["torque"]
CMD ["server", "--bind", "0.0.0.0:8080"]

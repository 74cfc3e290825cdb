# Two images from one file. Built as `docker build --target bots .` and `docker build --target worker .`

FROM python:3.11-slim AS base
ENV PYTHONUNBUFFERED=1 ORT_DISABLE_TELEMETRY=1 HF_HUB_OFFLINE=1 TRANSFORMERS_VERBOSITY=error \
    DIFFUSERS_VERBOSITY=error
WORKDIR /app
RUN useradd --uid 1000 --create-home studio && mkdir /data && chown studio /data
COPY pyproject.toml ./

# The bots, upkeep and migrations: no torch, no models.
FROM base AS bots
COPY core core
COPY bots bots
COPY pocket/__init__.py pocket/__init__.py
COPY worker.py models.toml ./
RUN pip install --no-cache-dir ".[bots,s3]"
COPY alembic alembic
USER studio

# The worker: torch with CUDA (the usual wheel brings its libraries), diffusers, insightface, the pocket studio.
FROM base AS worker
RUN pip install --no-cache-dir "torch==2.13.0"
COPY core core
COPY bots bots
COPY pocket pocket
COPY worker.py models.toml ./
RUN pip install --no-cache-dir ".[worker,s3]" && pip install --no-cache-dir --no-deps "insightface==2.1"
COPY alembic alembic
USER studio
CMD ["python", "worker.py"]

# Three images from one file: `bridge`, `agent`, and `lab`, the telephone network for trying things out.
# There is no build step: Node runs the TypeScript source. pnpm installs in stages of their own, so that what
# runs has Node, its packages and our source, and nothing that could install more. It runs as 1000, Node's `node`:
# by number, so that a host can tell that it is not root.

ARG NODE_VERSION=24.21.0
ARG GO_VERSION=1.26.8

# ── what runs ─────────────────────────────────────────────────────────────────────────────────────
FROM node:${NODE_VERSION}-bookworm-slim AS runtime
# rtc-node and the agent's TLS connections read the system's certificates.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx \
    /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-v*
ENV NODE_ENV=production
WORKDIR /app

# ── what installs ─────────────────────────────────────────────────────────────────────────────────
FROM node:${NODE_VERSION}-bookworm-slim AS manifests
ARG PNPM_VERSION=12.21.0
ENV pnpm_config_pm_on_fail=ignore pnpm_config_store_dir=/pnpm-store
RUN npm install --global --no-fund --no-audit pnpm@${PNPM_VERSION} && npm cache clean --force
WORKDIR /app
# What pnpm needs to know, before the sources: a change of the source does not install anything again.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY apps/bridge/package.json apps/bridge/
COPY apps/agent/package.json apps/agent/
COPY apps/cli/package.json apps/cli/
COPY packages/telephony/package.json packages/telephony/
COPY packages/runtime/package.json packages/runtime/
COPY packages/playbooks/package.json packages/playbooks/
COPY packages/lab/package.json packages/lab/
COPY bench/package.json bench/
COPY e2e/package.json e2e/

FROM manifests AS bridge-dependencies
RUN --mount=type=cache,id=outdial-pnpm,target=/pnpm-store \
  pnpm install --frozen-lockfile --prod --filter-prod @outdial/bridge... --filter-prod @outdial/cli...

FROM manifests AS agent-dependencies
RUN --mount=type=cache,id=outdial-pnpm,target=/pnpm-store \
  pnpm install --frozen-lockfile --prod --filter-prod @outdial/agent...

FROM manifests AS lab-dependencies
RUN --mount=type=cache,id=outdial-pnpm,target=/pnpm-store \
  pnpm install --frozen-lockfile --prod --filter @outdial/lab... --filter @outdial/bridge... --filter @outdial/agent...

# ── bridge ────────────────────────────────────────────────────────────────────────────────────────
FROM runtime AS bridge
COPY --from=bridge-dependencies /app ./
COPY tsconfig.base.json ./
COPY packages/telephony packages/telephony
COPY packages/runtime packages/runtime
COPY packages/playbooks packages/playbooks
COPY playbooks playbooks
COPY apps/bridge apps/bridge
COPY apps/cli apps/cli
# docker compose exec bridge outdial …
RUN printf '#!/bin/sh\nexec node /app/apps/cli/src/main.ts "$@"\n' > /usr/local/bin/outdial \
  && chmod 755 /usr/local/bin/outdial
RUN mkdir -p /data/recordings && chown -R node:node /data
ENV BRIDGE_HOST=0.0.0.0 BRIDGE_PORT=8080 DATA_DIR=/data
USER 1000:1000
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/bridge/src/main.ts"]

# ── agent ─────────────────────────────────────────────────────────────────────────────────────────
FROM runtime AS agent
COPY --from=agent-dependencies /app ./
COPY tsconfig.base.json ./
COPY packages/telephony packages/telephony
COPY packages/runtime packages/runtime
COPY packages/playbooks packages/playbooks
COPY playbooks playbooks
COPY apps/agent apps/agent
RUN mkdir -p /data && chown -R node:node /data
ENV AGENT_HEALTH_HOST=127.0.0.1 AGENT_HEALTH_PORT=8081 DATA_DIR=/data
USER 1000:1000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8081/').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=2", "apps/agent/src/main.ts"]

# ── lab ───────────────────────────────────────────────────────────────────────────────────────────
FROM golang:${GO_VERSION}-bookworm AS go-programs
RUN apt-get update \
  && apt-get install -y --no-install-recommends pkg-config libopus-dev libopusfile-dev libsoxr-dev \
  && rm -rf /var/lib/apt/lists/*
ENV GOFLAGS=-buildvcs=false GOWORK=off CGO_ENABLED=1
WORKDIR /build/livekit-server
COPY scripts/setup/livekit-server ./
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
  go build -mod=readonly -o /out/livekit-server github.com/livekit/livekit-server/cmd/server
WORKDIR /build/livekit-sip
COPY scripts/setup/livekit-sip ./
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
  go build -mod=readonly -o /out/livekit-sip github.com/livekit/sip/cmd/livekit-sip

FROM runtime AS lab
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    redis-server kamailio sip-tester baresip-core espeak-ng sox libopus0 libopusfile0 libsoxr0 \
  && rm -rf /var/lib/apt/lists/*
COPY --from=go-programs /out /opt/outdial-lab
COPY --from=lab-dependencies /app ./
COPY tsconfig.base.json ./
COPY packages packages
COPY playbooks playbooks
COPY apps apps
# The lab keeps its logs and recordings, and the bridge its records, below the working directory.
RUN mkdir -p .lab data && chown node:node . .lab data
ENV LAB_LIVEKIT_SERVER=/opt/outdial-lab/livekit-server LAB_LIVEKIT_SIP=/opt/outdial-lab/livekit-sip
# Everything in the lab is on the loopback of this container; only the bridge answers from outside of it.
ENV LAB_BRIDGE_HOST=0.0.0.0
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "packages/lab/src/start.ts"]

# Two stages: one builds, the other holds the program and nothing to build with. Runs as nobody special, on a read-only
# root; the home folder and its state live under /data.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY config ./config
COPY mappings ./mappings
RUN npx tsc -p tsconfig.build.json && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
# One malloc arena: this program computes in one thread, and each further arena keeps memory of its own.
ENV NODE_ENV=production KENKO_HOME=/data MALLOC_ARENA_MAX=1
WORKDIR /app
RUN groupadd --gid 10001 kenko && useradd --uid 10001 --gid kenko --no-create-home --shell /usr/sbin/nologin kenko \
    && mkdir /data && chown kenko:kenko /data \
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/dist ./dist
COPY --from=build --chown=root:root /app/config ./config
COPY --from=build --chown=root:root /app/mappings ./mappings
USER 10001:10001
VOLUME /data
EXPOSE 8080
# Liveness only: a vendor's bad day must not restart the container.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-semi-space-size=4", "--heap-growing-percent=20", "dist/main.js"]
CMD ["start", "--host", "0.0.0.0", "--port", "8080"]

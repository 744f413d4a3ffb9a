# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has a Node 24 of its own.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM packages AS page
COPY tsconfig.json ./
COPY config ./config
COPY src ./src
COPY sdk ./sdk
COPY web ./web
# Says what is wrong and stops where the page cannot be built.
RUN node src/main.ts page --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production KINBOX_DATA=/data KINBOX_HOST=0.0.0.0 KINBOX_PORT=8420
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY bin/kinbox ./bin/kinbox
COPY config ./config
COPY migrations ./migrations
COPY connectors ./connectors
COPY sdk ./sdk
COPY src ./src
# Only what was built: the server takes it as it is.
COPY --from=page /app/web/dist ./web/dist
RUN ln -s /app/bin/kinbox /usr/local/bin/kinbox && install -d -o node -g node -m 0700 /data /backup
USER node
VOLUME /data
EXPOSE 8420
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.KINBOX_PORT + '/livez').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["kinbox"]
CMD ["serve"]

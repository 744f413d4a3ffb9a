import { join } from 'node:path'
import { defineConfig } from 'vite'

/** How the page is built. Nothing is inlined: the page's content security policy allows no inline script, style or data. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  clearScreen: false,
  publicDir: false,
  resolve: { alias: { '#client': join(import.meta.dirname, '../sdk/index.ts') } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false
  },
  // For whoever works on the page: `vite web` beside a running server.
  server: { proxy: { '/v1': { target: process.env.KINBOX_URL ?? 'http://127.0.0.1:8420', ws: true } } }
})

/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The browser floor is Chromium 87 and the WebKit of its year: the phones that teachers really have.
const floor = ['chrome87', 'firefox85', 'safari14']

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('.', import.meta.url)) } },
  build: {
    target: floor,
    cssTarget: floor,
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    reportCompressedSize: false,
    // Pictures stay files: an inlined one would count against the entry of every viewer.
    assetsInlineLimit: 0,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true }, '/media': { target: 'http://127.0.0.1:8080' } },
  },
  test: { environment: 'node', include: ['**/*.test.ts'], exclude: ['node_modules', 'dist'] },
})

// Two builds by tools/build.mjs: the client (shell.html and hashed assets) and, with --ssr, the renderer that `entente publish` runs.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const out = process.env.ENTENTE_WEB_OUT ?? resolve(dirname(fileURLToPath(import.meta.url)), '../build/web');

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [svelte()],
  ssr: { noExternal: true },
  build: {
    target: 'es2022',
    outDir: resolve(out, isSsrBuild ? 'server' : 'client'),
    emptyOutDir: true,
    copyPublicDir: !isSsrBuild,
    cssCodeSplit: false,
    assetsInlineLimit: 0, // data: URLs would need more than 'self' in the content security policy
    manifest: isSsrBuild ? false : 'manifest.json',
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: isSsrBuild ? 'src/prerender.ts' : 'shell.html',
      output: isSsrBuild ? { entryFileNames: 'prerender.js', inlineDynamicImports: true } : {},
    },
  },
}));

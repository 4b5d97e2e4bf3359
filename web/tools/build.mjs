// Makes build/web (or $ENTENTE_WEB_OUT): generated data, client, renderer, compressed siblings, and web.json, which tells the server what
// languages and sections there are.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const out = resolve(process.env.ENTENTE_WEB_OUT ?? join(web, '../build/web'));
process.chdir(web);
const run = (...args) => execFileSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });

run('tools/generate.mjs');
const vite = join('node_modules', 'vite', 'bin', 'vite.js');
run(vite, 'build', '--logLevel', 'warn');
run(vite, 'build', '--ssr', '--logLevel', 'warn');

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}
for (const path of files(join(out, 'client'))) {
  if (!/\.(js|css|svg|json|html|txt|webmanifest)$/.test(path) || path.endsWith('shell.html')) continue;
  const body = readFileSync(path);
  if (body.length < 1024) continue;
  const gz = gzipSync(body, { level: 9 });
  const br = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });
  if (gz.length < body.length) writeFileSync(`${path}.gz`, gz);
  if (br.length < gz.length) writeFileSync(`${path}.br`, br);
}
// Node 18 needs to be told that prerender.js is a module.
writeFileSync(join(out, 'server/package.json'), '{"type":"module"}\n');
const { description } = await import(pathToFileURL(join(out, 'server/prerender.js')).href);
writeFileSync(join(out, 'web.json'), JSON.stringify(description()) + '\n');
console.log(`built ${out}`);

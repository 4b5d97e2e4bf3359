// Two registries for all browser tests, served by the real program: the official list's 1,222 records, imported, where ../shared is there;
// and the 200 fictional organisations of examples/registry.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { binary, bundle, official, officialRegistry, serve, temporary, there, type Running } from './support';

declare module 'vitest' {
  export interface ProvidedContext {
    example: { url: string; folder: string };
    official: { url: string; folder: string } | null;
    why: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  for (const needed of [binary, join(bundle, 'web.json')]) if (!there(needed)) throw new Error(`${needed} is not there: ./dev web builds both`);
  const folder = temporary();
  const running: Running[] = [];
  const example = join(folder.path, 'example');
  const made = spawnSync(join(dirname(binary), 'examples/registry/entente_example_registry'), [example], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`examples/registry: ${made.stderr}`);
  running.push(await serve(example));
  project.provide('example', { url: running[0]!.url, folder: example });
  if (there(official)) {
    const list = join(folder.path, 'official');
    officialRegistry(list);
    const server = await serve(list);
    running.push(server);
    project.provide('official', { url: server.url, folder: list });
    project.provide('why', '');
  } else {
    project.provide('official', null);
    project.provide('why', `${official} is not there: tests on the official list are skipped`);
    console.warn(`skipped: ${official} is not there`);
  }
  return async () => {
    for (const server of running) await server.stop();
    folder.remove();
  };
}

// Where a page asks for no private key: inside another page, which may lay its own words and buttons over it; and on a copy of the registry that
// stands somewhere else, whose pages anybody may have changed. A live registry forbids framing by a header; a copy's host may not send one.
import type { Mode } from './site';

export type NoKeys = 'framed' | 'copy';

interface Place {
  framed: boolean;
  mode: Mode;
  // The registry's own origin as the page names it; empty where it names none.
  registry: string;
  // The page's.
  here: string;
}
export function whyNoKeys({ framed, mode, registry, here }: Place): NoKeys | undefined {
  if (framed) return 'framed';
  return mode === 'static' && registry.replace(/\/+$/, '') !== here ? 'copy' : undefined;
}

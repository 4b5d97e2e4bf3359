// The verifier against what the real program made (fixtures/make_ledger.mjs), and against forgeries of it: each must turn the course red at
// its own step.
import { describe, expect, it } from 'vitest';
import { ApiError } from '../src/lib/api';
import { base64, fromBase64, hex, text, utf8 } from '../src/lib/verify/bytes';
import { same } from '../src/lib/verify/envelope';
import { verifyEntry, type EntryQuestion } from '../src/lib/verify/entry';
import { parseKey } from '../src/lib/verify/keys';
import { verifyLedger, type LedgerQuestion } from '../src/lib/verify/ledger';
import { checkConsistency, checkInclusion, leafHash } from '../src/lib/verify/merkle';
import { cosignedAt, openCheckpoint, parseNote } from '../src/lib/verify/note';
import { verifyProof, type ProofQuestion } from '../src/lib/verify/proof';
import { checkReceipt, parseReceipt, writeReceipt } from '../src/lib/verify/receipt';
import { fold, indexPath, parseBundle, tilePath, Tree, widthOf } from '../src/lib/verify/tiles';
import type { Step } from '../src/lib/verify/steps';
import { fixture, filesOf, flipped, from, type Files } from './verify_support';

const log = fixture.log;
const registry = fixture.registry;
const leaves = (...all: number[]) =>
  async function* () {
    yield* all;
  };
const ledger = (files: Files, more: Partial<LedgerQuestion> = {}) =>
  verifyLedger({ fetch: from(files), vkey: log.vkey, witnesses: [], needed: 0, rulesLeaves: leaves(), ...more });
const bad = (steps: Step[]) => steps.filter((s) => s.state === 'bad').map((s) => `${s.what}: ${s.error?.code}`);

describe('tlog-tiles', () => {
  it('spells paths as the specification does', () => {
    expect(indexPath(0)).toBe('000');
    expect(indexPath(1234067)).toBe('x001/x234/067');
    expect(tilePath(0, 1000, 256)).toBe('tile/0/x001/000');
    expect(tilePath('entries', 5, 3)).toBe('tile/entries/005.p/3');
    expect([widthOf(0, 2, 700), widthOf(1, 0, 700), widthOf(2, 0, 700), widthOf(0, 3, 700)]).toEqual([188, 2, 0, 0]);
  });
  it('refuses bundles that are cut or too long', () => {
    expect(parseBundle(Uint8Array.of(0, 1, 7, 0, 0), 2).map((e) => [...e])).toEqual([[7], []]);
    for (const bytes of [[0], [0, 2, 7], [0, 1, 7], [0, 1, 7, 0, 0, 9]]) expect(() => parseBundle(Uint8Array.from(bytes), 2)).toThrow('bundle');
  });
  it('computes the program’s root, paths and proofs', async () => {
    const key = await parseKey(log.vkey);
    const { checkpoint } = await openCheckpoint(filesOf(log).checkpoint!, key);
    const tree = new Tree(from(filesOf(log)), checkpoint.size);
    expect(hex(await tree.root())).toBe(hex(checkpoint.root));
    expect(hex(await tree.rootOfAll(true))).toBe(hex(checkpoint.root));
    for (const [index, receipt] of Object.entries(log.receipts)) {
      const path = await tree.inclusionPath(Number(index));
      expect(path.map(hex)).toEqual(parseReceipt(receipt).path.map(hex));
      expect(text(await tree.entry(Number(index)))).toBe(`entry ${index}`);
      await checkReceipt(parseReceipt(receipt), utf8(`entry ${index}`), key);
      // What is written here is the program's own text, byte for byte.
      expect(writeReceipt({ index: Number(index), path, note: text(filesOf(log).checkpoint!) })).toBe(receipt);
    }
  });
  it('reads a full tile where the partial one is gone', async () => {
    const { checkpoint } = await openCheckpoint(log.before, await parseKey(log.vkey));
    // A log that has grown from 300 to 700: tile 1 is full, its partial widths are gone.
    const files = filesOf(log);
    files['tile/1/000.p/1'] = files['tile/1/000.p/2']!.subarray(0, 32);
    const tree = new Tree(from(files), 300);
    expect(files['tile/0/001.p/44']).toBeUndefined();
    expect(checkpoint.size).toBe(300);
    expect(hex(await tree.root())).toBe(hex(checkpoint.root));
    expect(text(await tree.entry(299))).toBe('entry 299');
  });
});

describe('trees of every size', () => {
  it('inclusion and consistency hold, and fail with one bit changed', async () => {
    const most = 40;
    const leaves = await Promise.all(Array.from({ length: most }, (_, i) => leafHash(utf8(String(i)))));
    const all = Uint8Array.from(leaves.flatMap((hash) => [...hash]));
    const trees = await Promise.all(
      Array.from({ length: most + 1 }, async (_, n) => {
        const tree = new Tree(async () => all.subarray(0, 32 * n), n);
        return { tree, root: await tree.root() };
      }),
    );
    for (let n = 1; n <= most; ++n) {
      const { tree, root } = trees[n]!;
      expect(hex(await fold(all.subarray(0, 32 * n)))).toBe(hex(root));
      for (let i = 0; i < n; i += 1 + (n % 5)) {
        const path = await tree.inclusionPath(i);
        await checkInclusion(i, n, leaves[i]!, path, root);
        await expect(checkInclusion(i, n, leaves[(i + 1) % most]!, path, root)).rejects.toThrow();
        if (path.length > 0) await expect(checkInclusion(i, n, leaves[i]!, path.slice(1), root)).rejects.toThrow();
        await expect(checkInclusion(i, n, leaves[i]!, [...path, root], root)).rejects.toThrow();
      }
      for (let m = 0; m <= n; m += 1 + (n % 3)) {
        const proof = await tree.consistencyProof(m);
        await checkConsistency(m, n, proof, trees[m]!.root, root);
        if (m > 0) await expect(checkConsistency(m, n, proof, flipped(trees[m]!.root), root)).rejects.toThrow();
        if (m < n && m > 0) await expect(checkConsistency(m, n, proof, trees[m]!.root, flipped(root))).rejects.toThrow();
        await expect(checkConsistency(m, n, [...proof, root], trees[m]!.root, root)).rejects.toThrow();
      }
    }
  });
});

describe('a ledger', () => {
  it('holds as the program made it, with memory; it is no registry’s, so nothing is known of witnesses', async () => {
    const answer = await ledger(filesOf(log), {
      remembered: { vkey: log.vkey, note: log.before, seen: '2026-11-20T00:00:00Z' },
      entries: true,
    });
    expect(answer.verdict).toBe('incomplete');
    expect(answer.steps.map((s) => `${s.what} ${s.state}`)).toEqual(['key good', 'checkpoint good', 'root-entries good', 'consistency good', 'rules-latest unknown']);
    expect(answer.steps[3]?.values).toMatchObject({ before: 300, now: 700, n: 400 });
    expect(answer.note).toBe(text(filesOf(log).checkpoint!));
  });
  it('tells each step as it is done', async () => {
    const told: string[] = [];
    await ledger(filesOf(log), { onStep: (step, all) => told.push(`${all.length} ${step.what}`) });
    expect(told).toEqual(['1 key', '2 checkpoint', '3 root-leaves', '4 first-visit', '5 rules']);
  });
  it('says nothing about a ledger whose server is away', async () => {
    const answer = await ledger({}, { fetch: () => Promise.reject(new ApiError(0, '/log/checkpoint')) });
    expect([answer.verdict, answer.steps.at(-1)?.state, answer.note]).toEqual(['incomplete', 'unknown', undefined]);
  });
  const changed = (path: string, change: (bytes: Uint8Array) => Uint8Array) => {
    const files = filesOf(log);
    files[path] = change(files[path]!);
    return files;
  };
  const swap = (find: string, put: string) => (bytes: Uint8Array) => utf8(text(bytes).replace(find, put));
  const forgeries: [string, Files, Partial<LedgerQuestion>, string][] = [
    ['a tile of leaf hashes', changed('tile/0/001', flipped), {}, 'root-leaves: root'],
    ['the partial tile', changed('tile/0/002.p/188', flipped), {}, 'root-leaves: root'],
    ['a tile cut short', changed('tile/0/001', (b) => b.subarray(32)), {}, 'root-leaves: tile'],
    ['an entry', changed('tile/entries/001', (b) => flipped(b, 3)), { entries: true }, 'root-entries: leaf'],
    ['the checkpoint’s size', changed('checkpoint', swap('\n700\n', '\n699\n')), {}, 'checkpoint: signature'],
    ['the checkpoint’s origin', changed('checkpoint', swap('log.example/pledges\n', 'log.example/other\n')), {}, 'checkpoint: other-origin'],
    ['the signature line', changed('checkpoint', swap('— log.example/pledges', '— log.example/other')), {}, 'checkpoint: not-signed'],
    ['the signature', changed('checkpoint', (b) => utf8(flipSignature(text(b), 'log.example/pledges'))), {}, 'checkpoint: signature'],
    ['the key', filesOf(log), { vkey: registry.vkey }, 'checkpoint: other-origin'],
    ['the key’s id', filesOf(log), { vkey: log.vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+') }, 'key: key-id'],
    ['a witness’s key for the log’s', filesOf(log), { vkey: log.witness }, 'key: key-not-log'],
    ['the past', filesOf(log), { remembered: { vkey: log.vkey, note: log.before.replace('\n300\n', '\n299\n'), seen: '' } }, 'consistency: signature'],
    ['the key since the last visit', filesOf(log), { remembered: { vkey: registry.vkey, note: log.before, seen: '' } }, 'consistency: key-changed'],
    ['a ledger put back', filesOf({ ...log, files: { ...log.files, checkpoint: base64(utf8(log.before)) } }), { remembered: { vkey: log.vkey, note: text(filesOf(log).checkpoint!), seen: '' } }, 'consistency: shrunk'],
    ['a missing tile', Object.fromEntries(Object.entries(filesOf(log)).filter(([path]) => path !== 'tile/0/001')), {}, 'root-leaves: missing'],
  ];
  it.each(forgeries)('is red with another one of %s', async (_, files, more, expected) => {
    const answer = await ledger(files, more);
    expect(bad(answer.steps)).toEqual([expected]);
    expect(answer.verdict).toBe('bad');
    expect(answer.note).toBeUndefined();
  });
});

// Another last byte in the signature of that name.
function flipSignature(note: string, name: string): string {
  return note.replace(new RegExp(`(— ${name} )(\\S+)`), (_, start: string, spelt: string) => start + base64(flipped(fromBase64(spelt), 40)));
}

describe('a receipt somebody kept', () => {
  const files = filesOf(log);
  const ask = (more: Partial<ProofQuestion> = {}) =>
    verifyProof({ fetch: from(files), vkey: log.vkey, receipt: log.receipts['256']!, entry: utf8('entry 256'), ...more });
  // As it was given when the log had 300 entries.
  const early = async () => {
    const tree = new Tree(from({ ...files, 'tile/1/000.p/1': files['tile/1/000.p/2']!.subarray(0, 32) }), 300);
    return writeReceipt({ index: 256, path: await tree.inclusionPath(256), note: log.before });
  };
  it('holds, and the ledger of today continues it', async () => {
    expect(await ask()).toMatchObject({ verdict: 'good', index: 256 });
    const answer = await ask({ receipt: await early() });
    expect(answer.verdict).toBe('good');
    expect(answer.steps.at(-1)).toMatchObject({ what: 'since', values: { before: 300, n: 400 } });
  });
  it('is red for another entry, place, path or key, and for a ledger that was rewritten since', async () => {
    expect(bad((await ask({ entry: utf8('entry 257') })).steps)).toEqual(['receipt-entry: inclusion']);
    expect(bad((await ask({ receipt: log.receipts['256']!.replace('index 256', 'index 255') })).steps)).toEqual(['receipt-entry: inclusion']);
    expect(bad((await ask({ receipt: log.receipts['256']!.replace('tlog-proof@v1', 'tlog-proof@v2') })).steps)).toEqual(['receipt: receipt-form']);
    expect(bad((await ask({ vkey: log.witness })).steps)).toEqual(['receipt: other-origin']);
    const rewritten = { ...files, 'tile/0/000': flipped(files['tile/0/000']!) };
    expect(bad((await ask({ receipt: await early(), fetch: from({ ...rewritten, 'tile/1/000.p/2': flipped(files['tile/1/000.p/2']!) }) })).steps)).toEqual(['since: fork']);
  });
  it('says so where the ledger of today is out of reach', async () => {
    const answer = await ask({ fetch: () => Promise.reject(new ApiError(0, '/log/checkpoint')) });
    expect([answer.verdict, answer.index]).toEqual(['incomplete', 256]);
  });
});

describe('an entry of the registry', () => {
  const files = filesOf(registry);
  const statements = registry.statements;
  const ask = (leaf: number, more: Partial<EntryQuestion> = {}) =>
    verifyEntry({
      fetch: from(files),
      vkey: registry.vkey,
      index: leaf,
      envelope: statements[leaf]!.envelope,
      shown: { signers: [], statement: (statement) => same(statement, statements[leaf]!.statement) },
      keyLeaves: leaves(1, 0),
      ...more,
    });
  it('is good, with its signers’ keys from earlier entries', async () => {
    const what = async (leaf: number) => {
      const answer = await ask(leaf);
      expect(answer.verdict).toBe('good');
      await checkReceipt(parseReceipt(answer.receipt!), answer.entry!, await parseKey(registry.vkey));
      return answer.steps.slice(6).map((s) => `${s.what} ${s.values.holder} ${s.values.leaf}`);
    };
    expect(await what(0)).toEqual(['signer-own officer-1 0', 'signer-own officer-2 0']);
    expect(await what(1)).toEqual(['signer-own alpha 1']);
    expect(await what(2)).toEqual(['signer officer-1 0', 'signer officer-2 0']);
    expect(await what(3)).toEqual(['signer alpha 1']);
  });
  it('stays undecided where a signer’s key is nowhere', async () => {
    const answer = await ask(2, { keyLeaves: leaves() });
    expect(answer.verdict).toBe('incomplete');
    expect(answer.steps.at(-1)).toMatchObject({ what: 'signer-unknown', state: 'unknown' });
  });
  it('is held against what this browser saw before', async () => {
    const note = text(files.checkpoint!);
    const seen = { vkey: registry.vkey, note, seen: '2026-11-20T00:00:00Z' };
    expect((await ask(1, { remembered: seen })).steps.map((s) => s.what)).toContain('consistency');
    expect(bad((await ask(1, { remembered: { ...seen, note: note.replace('\n4\n', '\n5\n') } })).steps)).toEqual(['consistency: signature']);
    expect(bad((await ask(1, { remembered: { ...seen, vkey: log.vkey } })).steps)).toEqual(['consistency: key-changed']);
  });
  it('is red where the page shows something else', async () => {
    expect(bad((await ask(1, { envelope: statements[2]!.envelope })).steps)).toEqual(['entry: other-entry']);
    const other = structuredClone(statements[1]!.statement) as { predicate: { organisation: { name: string } } };
    other.predicate.organisation.name = 'Beta';
    expect(bad((await ask(1, { shown: { signers: [], statement: (statement) => same(statement, other) } })).steps)).toEqual(['statement: other-statement']);
  });
  it('is red where the entry in the tile was exchanged, even with its digest', async () => {
    const bundle = flipped(files['tile/entries/000.p/4']!, 40);
    const forged = { ...files, 'tile/entries/000.p/4': bundle };
    const { sha256 } = await import('../src/lib/verify/digest');
    const envelope = hex(await sha256(parseBundle(bundle, 4)[0]!));
    expect(bad((await ask(0, { fetch: from(forged), envelope })).steps)).toEqual(['leaf: leaf']);
  });
  it('is red where another entry of the same file was changed', async () => {
    const bundle = flipped(files['tile/entries/000.p/4']!, files['tile/entries/000.p/4']!.length - 10);
    const steps = (await ask(0, { fetch: from({ ...files, 'tile/entries/000.p/4': bundle }) })).steps;
    expect(bad(steps)).toEqual(['leaf: leaf']);
    expect(steps.at(-1)?.error?.values.index).toBe(3);
  });
  it('is red where leaf tile and entry were forged together', async () => {
    const bundle = flipped(files['tile/entries/000.p/4']!, 40);
    const entry = parseBundle(bundle, 4)[0]!;
    const { sha256 } = await import('../src/lib/verify/digest');
    const tile = files['tile/0/000.p/4']!.slice();
    tile.set(await leafHash(entry), 0);
    const forged = { ...files, 'tile/entries/000.p/4': bundle, 'tile/0/000.p/4': tile };
    expect(bad((await ask(0, { fetch: from(forged), envelope: hex(await sha256(entry)) })).steps)).toEqual(['inclusion: inclusion']);
  });
});

describe('notes', () => {
  it('a cosignature says when, and only under its own text', async () => {
    const note = parseNote(filesOf(log).checkpoint!);
    const witness = await parseKey(log.witness);
    expect(await cosignedAt(note, witness)).toBeGreaterThan(1_700_000_000);
    await expect(cosignedAt({ ...note, text: `${note.text}more\n` }, witness)).rejects.toThrow('signature');
  });
  it('refuses what is none', () => {
    for (const spelt of ['', 'a\n', 'a\n\nb\n', 'a\n\n— b\n', 'a\n\n— b !!!!\n', 'a\n\n— b AAAAAAA=', 'a\u0007\n\n— b AAAAAAA=\n']) expect(() => parseNote(spelt)).toThrow();
  });
});

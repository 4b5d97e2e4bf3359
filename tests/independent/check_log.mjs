// An independent checker of a tlog-tiles log over HTTP, on Node's own modules alone (node:crypto, fetch): shares no code and no idea of
// storage with Entente. It verifies the checkpoint's Ed25519 signature by the vkey, recomputes every tile of the tree from the level below
// up to the signed root, and every leaf hash from the entry bundles.
//   node check_log.mjs BASE_URL VKEY      prints the size and root; exit 0: all of it is right, 1: something is not
import { createHash, createPublicKey, verify } from 'node:crypto';

const [base, vkey] = process.argv.slice(2);
const fail = (why) => { console.error(`not right: ${why}`); process.exit(1); };
if (!base || !vkey) fail('usage: check_log.mjs BASE_URL VKEY');

const sha256 = (...parts) => { const h = createHash('sha256'); for (const p of parts) h.update(p); return h.digest(); };
const LEAF = Buffer.from([0]), NODE = Buffer.from([1]);

async function get(path, type) {
  const response = await fetch(`${base.replace(/\/$/, '')}/${path}`, { headers: { 'Accept-Encoding': 'gzip, identity' } });
  if (response.status !== 200) fail(`${path}: status ${response.status}`);
  if (!response.headers.get('content-type')?.startsWith(type)) fail(`${path}: content type ${response.headers.get('content-type')}`);
  return Buffer.from(await response.arrayBuffer());  // decoded by fetch
}

// vkey: name+hash+base64(0x01 || public key); hash = SHA-256(name \n 0x01 key)[:4]
function parseVkey(text) {
  const [name, id, ...rest] = text.trim().split('+');
  const bytes = Buffer.from(rest.join('+'), 'base64');
  if (bytes.length !== 33 || bytes[0] !== 1) fail('the vkey is not an Ed25519 one');
  if (sha256(`${name}\n`, bytes).subarray(0, 4).toString('hex') !== id) fail('the vkey\'s id does not fit its key');
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
  return { name, id, key: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
}

function openCheckpoint(note, { name, id, key }) {
  const split = note.lastIndexOf('\n\n');
  if (split < 0) fail('the checkpoint is no signed note');
  const text = note.slice(0, split + 1);
  let good = false;
  for (const line of note.slice(split + 2).split('\n').filter(Boolean)) {
    const match = /^\u2014 (\S+) (\S+)$/.exec(line) ?? fail(`signature line "${line}"`);
    const blob = Buffer.from(match[2], 'base64');
    if (match[1] !== name || blob.subarray(0, 4).toString('hex') !== id) continue;
    if (!verify(null, Buffer.from(text), key, blob.subarray(4))) fail('the checkpoint\'s signature does not verify');
    good = true;
  }
  if (!good) fail('the log has not signed its checkpoint');
  const [origin, size, root] = text.split('\n');
  if (origin !== name) fail(`origin ${origin}`);
  if (!/^(0|[1-9][0-9]*)$/.test(size)) fail(`size ${size}`);
  return { size: BigInt(size), root: Buffer.from(root, 'base64') };
}

function indexPath(n) {
  const groups = [];
  do { groups.unshift((n % 1000n).toString().padStart(3, '0')); n /= 1000n; } while (n > 0n);
  return groups.map((g, i) => (i < groups.length - 1 ? `x${g}` : g)).join('/');
}
const pathOf = (kind, n, width) => `tile/${kind}/${indexPath(n)}${width < 256 ? `.p/${width}` : ''}`;

// Root of a row of hashes by RFC 6962's split at the largest power of two below.
function rootOf(row) {
  if (row.length === 0) return sha256('');
  if (row.length === 1) return row[0];
  let k = 1;
  while (k * 2 < row.length) k *= 2;
  return sha256(NODE, rootOf(row.slice(0, k)), rootOf(row.slice(k)));
}

// All hashes of a level, tile by tile.
async function level(l, count) {
  const hashes = [];
  for (let n = 0n; n * 256n < count; n++) {
    const width = Number(count - n * 256n < 256n ? count - n * 256n : 256n);
    const tile = await get(pathOf(l, n, width), 'application/octet-stream');
    if (tile.length !== 32 * width) fail(`${pathOf(l, n, width)} has ${tile.length} bytes`);
    for (let i = 0; i < width; i++) hashes.push(tile.subarray(32 * i, 32 * i + 32));
  }
  return hashes;
}

async function checkEntries(leaves) {
  for (let n = 0; n * 256 < leaves.length; n++) {
    const width = Math.min(256, leaves.length - n * 256);
    const path = pathOf('entries', BigInt(n), width);
    const bundle = await get(path, 'application/octet-stream');
    let at = 0;
    for (let i = 0; i < width; i++) {
      if (at + 2 > bundle.length) fail(`${path} ends before entry ${i}`);
      const end = at + 2 + bundle.readUInt16BE(at);
      if (end > bundle.length) fail(`${path} ends inside entry ${i}`);
      if (!sha256(LEAF, bundle.subarray(at + 2, end)).equals(leaves[n * 256 + i])) fail(`entry ${n * 256 + i} has another leaf hash`);
      at = end;
    }
    if (at !== bundle.length) fail(`${path} has bytes behind its last entry`);
  }
}

const { size, root } = openCheckpoint((await get('checkpoint', 'text/plain')).toString('utf8'), parseVkey(vkey));
const leaves = await level(0, size);
if (!rootOf(leaves).equals(root)) fail('the leaf hashes do not have the signed root');
let below = leaves;
for (let l = 1, count = size >> 8n; count > 0n; l++, count >>= 8n) {
  const row = await level(l, count);
  row.forEach((hash, i) => { if (!rootOf(below.slice(256 * i, 256 * i + 256)).equals(hash)) fail(`hash ${i} of tile level ${l} is not that of its tile`); });
  below = row;
}
await checkEntries(leaves);
console.log(`${size} entries, root ${root.toString('base64')}: all right`);

// Debian's Node 18 keeps WebCrypto out of the global object; browsers do not.
import { webcrypto } from 'node:crypto';

if (!('crypto' in globalThis)) Object.defineProperty(globalThis, 'crypto', { value: webcrypto, configurable: true });

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { argument, keyArgument } from '../src/lib/command';
import { fixture } from './verify_support';

describe('a value in a command', () => {
  it('reaches the program as one argument, whatever it holds', () => {
    const proof = '/tmp/entente-command-test-must-not-exist';
    for (const value of ['', 'plain', 'a b', "it's", `$(touch\${IFS}${proof})`, `\`touch ${proof}\``, `"; touch ${proof}; "`, `'; touch ${proof}; '`, 'a\\', '*', '~', '#x', 'a\nb', '!!', "'\\''"])
      expect(execFileSync('sh', ['-c', `printf %s ${argument(value)}`], { encoding: 'utf8' })).toBe(value);
    expect(existsSync(proof)).toBe(false);
  });
  it('that is harmless stays as it is', () => {
    expect(argument(fixture.log.vkey)).toBe(fixture.log.vkey);
    expect(argument('https://registry.example/log')).toBe('https://registry.example/log');
  });
});

describe('a key in a command', () => {
  it('must be one', () => {
    expect(keyArgument(fixture.log.vkey)).toBe(fixture.log.vkey);
    expect(keyArgument(` ${fixture.registry.vkey}\n`)).toBe(fixture.registry.vkey);
    const [, id, key] = /^[^+]+\+([0-9a-f]{8})\+(.+)$/.exec(fixture.log.vkey)!;
    expect(keyArgument(`é.example+${id}+${key}`)).toBe(`'é.example+${id}+${key}'`);
    for (const name of ['x$(touch${IFS}/tmp/pwn)', 'a`b`', 'a"b', "a'b", 'a;b', 'a\u202eb', 'a\u200bb', '-rf', '', 'a b']) expect(keyArgument(`${name}+${id}+${key}`), name).toBeUndefined();
    for (const none of [null, undefined, '', 'registry.example', `${fixture.log.vkey}x`]) expect(keyArgument(none)).toBeUndefined();
  });
});

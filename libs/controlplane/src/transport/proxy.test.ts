import { describe, expect, it } from '@jest/globals';
import { proxyTo } from './proxy.ts';

const url = 'http://proxy.example:3128';
const isDirect = (host: string, ...except: string[]): boolean =>
  proxyTo({ host, port: 443 }, { url, except }) === undefined;

describe(proxyTo, () => {
  it('is none where there is none, and else the one that is given', () => {
    expect(proxyTo({ host: 'api.example', port: 443 }, undefined)).toBeUndefined();
    expect(proxyTo({ host: 'api.example', port: 443 }, { url })?.href).toBe(`${url}/`);
  });

  it.each([
    ['api.example', 'api.example'],
    ['API.example', 'api.EXAMPLE'],
    ['api.ours.example', 'ours.example'],
    ['api.ours.example', '.ours.example'],
    ['api.ours.example', '*.ours.example'],
    ['api.example', '*'],
    ['api.example', ' api.example '],
    ['api.example', 'api.example:443'],
    ['10.1.2.3', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3'],
    ['fd00::5', 'fd00::/8'],
    ['[fd00::5]', '[fd00::5]:443'],
  ])('goes to %s directly by the rule %s', (host, rule) => {
    expect(isDirect(host, 'elsewhere.example', rule)).toBe(true);
  });

  it.each([
    ['api.example', 'pi.example'],
    ['api.example', 'ours.api.example'],
    ['api.example', 'api.example:444'],
    ['api.example', ''],
    ['api.example', '.'],
    ['10.1.2.3', '10.1.0.0/24'],
    ['10.1.2.3', '10.1.2.3/33'],
    ['10.1.2.3', 'fd00::/8'],
    ['10.1.2.3', '3'],
    ['10.1.2.3', 'nonsense/8'],
  ])('goes to %s through the proxy in spite of the rule %s', (host, rule) => {
    expect(isDirect(host, rule)).toBe(false);
  });
});

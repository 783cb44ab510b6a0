import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import { ConfigError, loadConfig } from '@ccd/service';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { controlPlaneSettings, toControlPlaneOptions, toIssuerOptions } from './settings.ts';

const folder = scratchDir();
const load = (settings: Readonly<Record<string, string>> = {}) =>
  loadConfig(z.object(controlPlaneSettings), {
    STRM_API_HOST: 'api.example',
    STRM_AUTH_URL: 'https://accounts.example',
    STRM_AUTH_CLIENT_ID: 'ins-1',
    STRM_AUTH_CLIENT_SECRET: 'hush',
    STRM_INSTALLATION_ID: '11111111-1111-4111-8111-111111111111',
    ...settings,
  });

describe(toControlPlaneOptions, () => {
  it('trusts the system and goes directly where nothing is said', () => {
    const options = toControlPlaneOptions(load(), systemClock);
    expect(options).toMatchObject({ host: 'api.example', port: 443, tls: {} });
    expect(options).not.toHaveProperty('proxy');
    expect(toIssuerOptions(load())).toEqual({});
  });

  it('takes a private authority and a proxy, for the API and the identity provider alike', () => {
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, 'PEM');
    const config = load({
      STRM_API_CA: ca,
      HTTPS_PROXY: 'http://me:pass@proxy.example:3128',
      NO_PROXY: '.cluster.local, 10.0.0.0/8',
    });
    const proxy = { url: 'http://me:pass@proxy.example:3128', except: ['.cluster.local', '10.0.0.0/8'] };
    expect(toControlPlaneOptions(config, systemClock)).toMatchObject({ tls: { ca: 'PEM' }, proxy });
    expect(toIssuerOptions(config)).toEqual({ ca: 'PEM', proxy });
  });

  it.each(['https://proxy.example', 'proxy.example:3128', 'http://proxy.example/path?secret'])(
    'refuses the proxy %s without repeating it',
    (proxy) => {
      const loading = () => load({ HTTPS_PROXY: proxy });
      expect(loading).toThrow(ConfigError);
      expect(loading).not.toThrow(/proxy\.example/);
    },
  );
});

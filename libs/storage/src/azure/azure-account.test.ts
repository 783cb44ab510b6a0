import { describe, expect, it } from '@jest/globals';
import { InvalidLocationError } from '../errors.ts';
import { assertContainerName, parseAzureAccount } from './azure-account.ts';

describe(parseAzureAccount, () => {
  it.each([
    [
      'https://ours.blob.core.windows.net',
      'https://ours.blob.core.windows.net',
      'https://login.microsoftonline.com',
    ],
    [
      'https://ours.blob.core.usgovcloudapi.net/',
      'https://ours.blob.core.usgovcloudapi.net',
      'https://login.microsoftonline.us',
    ],
    [
      'https://ours.blob.core.chinacloudapi.cn',
      'https://ours.blob.core.chinacloudapi.cn',
      'https://login.partner.microsoftonline.cn',
    ],
    ['http://127.0.0.1:10000/ours/', 'http://127.0.0.1:10000/ours', 'https://login.microsoftonline.com'],
    [
      'https://blob.core.usgovcloudapi.net.example',
      'https://blob.core.usgovcloudapi.net.example',
      'https://login.microsoftonline.com',
    ],
  ])('reads %s', (uri, url, loginUrl) => {
    expect(parseAzureAccount(uri)).toEqual({ url, loginUrl });
  });

  it.each([
    'ours.blob.core.windows.net',
    'ftp://ours.blob.core.windows.net',
    'https://canary:x@ours.blob.core.windows.net',
    'https://ours.blob.core.windows.net/?sig=canary',
    'https://ours.blob.core.windows.net/#canary',
    'https://ours.blob.core.windows.net/container/canary',
    'https://ours.blob.core.windows.net/a-container',
    'https://ours.blob.core.windows.net/%2e%2e%2f',
  ])('refuses %s without quoting it', (uri) => {
    const attempt = () => parseAzureAccount(uri);
    expect(attempt).toThrow(InvalidLocationError);
    expect(attempt).toThrow(expect.objectContaining({ message: expect.not.stringContaining('canary') }));
  });
});

describe(assertContainerName, () => {
  it.each(['abc', 'a-b-c', '2022', 'x'.repeat(63)])('takes %s', (name) => {
    expect(() => {
      assertContainerName(name);
    }).not.toThrow();
  });

  it.each(['', 'ab', 'x'.repeat(64), 'a--b', '-ab', 'ab-', 'Abc', 'a/b', '$root', '..', 'a.b', 'a?b'])(
    'refuses %j',
    (name) => {
      expect(() => {
        assertContainerName(name);
      }).toThrow(InvalidLocationError);
    },
  );
});

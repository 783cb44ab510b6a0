import { describe, expect, it } from '@jest/globals';
import { parseBlobPage } from './blob-page.ts';

const page = (blobs: string, rest = '<NextMarker />'): string =>
  `\uFEFF<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://ours.blob.core.windows.net/" ` +
  `ContainerName="demo"><Prefix>a</Prefix><Blobs>${blobs}</Blobs>${rest}</EnumerationResults>`;
const blobOf = (name: string, size: number): string =>
  `<Blob>${name}<Properties><Etag>0x8</Etag><Content-Length>${size}</Content-Length><Content-MD5 />` +
  '</Properties><OrMetadata /></Blob>';

describe(parseBlobPage, () => {
  it('reads names and sizes, and where the next page begins', () => {
    const xml = page(
      blobOf('<Name>a/b.jsonl</Name>', 12) + blobOf('<Name>a&amp;b &lt;c&gt; &#233;&#x1F600;</Name>', 0),
      '<NextMarker>2!8!a&amp;b</NextMarker>',
    );
    expect(parseBlobPage(xml)).toEqual({
      blobs: [
        { key: 'a/b.jsonl', size: 12 },
        { key: 'a&b <c> é😀', size: 0 },
      ],
      marker: '2!8!a&b',
    });
  });

  it('reads names that XML cannot hold', () => {
    const xml = page(blobOf('<Name Encoded="true">a%EF%BF%BF%25</Name>', 1));
    expect(parseBlobPage(xml)?.blobs).toEqual([{ key: 'a\uFFFF%', size: 1 }]);
  });

  it('takes no name for an element', () => {
    const name = '<Name>&lt;/Name&gt;&lt;Blob&gt;&lt;Content-Length&gt;7&lt;/Content-Length&gt;</Name>';
    expect(parseBlobPage(page(blobOf(name, 1)))?.blobs).toEqual([
      { key: '</Name><Blob><Content-Length>7</Content-Length>', size: 1 },
    ]);
  });

  it('takes no folder of a hierarchical namespace for an object', () => {
    const xml = page(
      '<Blob><Name>a</Name><Properties><ResourceType>directory</ResourceType><Content-Length>0</Content-Length>' +
        `</Properties></Blob>${blobOf('<Name>a/b</Name>', 1)}`,
    );
    expect(parseBlobPage(xml)?.blobs).toEqual([{ key: 'a/b', size: 1 }]);
  });

  it('reads an empty container', () => {
    expect(parseBlobPage(page(''))).toEqual({ blobs: [], marker: undefined });
  });

  it.each([
    ['', 'nothing'],
    ['<html>proxy</html>', 'another page'],
    [page('').slice(0, -5), 'a page that breaks off'],
    [page('<Blob><Name>a</Name></Blob>'), 'a blob without a size'],
    [page(blobOf('', 1)), 'a blob without a name'],
  ])('knows none in %s (%s)', (xml) => {
    expect(parseBlobPage(xml)).toBeUndefined();
  });
});

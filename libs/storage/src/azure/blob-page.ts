import type { ObjectInfo } from '../port.ts';

export interface BlobPage {
  readonly blobs: readonly ObjectInfo[];
  /** Where the next page begins; undefined after the last. */
  readonly marker: string | undefined;
}

const blob = /<Blob>(.*?)<\/Blob>/gs;
const name = /<Name(?<encoded>\s+Encoded="true")?\s*>(?<text>[^<]*)<\/Name>/;
const length = /<Content-Length>(\d+)<\/Content-Length>/;
/** With a hierarchical namespace folders are listed as well. */
const folder = '<ResourceType>directory</ResourceType>';
const next = /<NextMarker>([^<]+)<\/NextMarker>/;

/**
 * Reads what List Blobs answers; undefined where it is not of that form. Text within elements has no `<` in XML, so
 * that names cannot be taken for elements.
 * https://learn.microsoft.com/rest/api/storageservices/list-blobs
 */
export function parseBlobPage(xml: string): BlobPage | undefined {
  if (!/<\/EnumerationResults>\s*$/.test(xml)) return undefined;
  const blobs: ObjectInfo[] = [];
  for (const [, content = ''] of xml.matchAll(blob)) {
    if (content.includes(folder)) continue;
    const { encoded, text } = name.exec(content)?.groups ?? {};
    const size = length.exec(content)?.[1];
    if (text === undefined || size === undefined) return undefined;
    const plain = decodeEntities(text);
    // Names that XML cannot hold come percent-encoded.
    blobs.push({ key: encoded === undefined ? plain : decodeURIComponent(plain), size: Number(size) });
  }
  const marker = next.exec(xml)?.[1];
  return { blobs, marker: marker === undefined ? undefined : decodeEntities(marker) };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decodeEntities = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (entity, hex, decimal, word) => {
    if (typeof word === 'string') return entities[word] ?? entity;
    const point = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10_ff_ff ? String.fromCodePoint(point) : entity;
  });

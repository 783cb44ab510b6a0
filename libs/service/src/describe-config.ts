import { z } from 'zod';
import { acceptedBy, isSecret, layersOf } from './setting.ts';
import type { SettingsSchema } from './setting.ts';

/** The settings of a schema as a markdown table: name, default, meaning. For the README of an app. */
export function describeConfig(schema: SettingsSchema): string {
  const rows = Object.entries(schema.shape).map(([name, definition]) => [
    `\`${name}\``,
    defaultOf(definition),
    meaningOf(name, definition),
  ]);
  return [['Setting', 'Default', 'Meaning'], ['---', '---', '---'], ...rows]
    .map(
      (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`,
    )
    .join('\n');
}

/** The settings of a schema as text for a terminal: name, default, and below them the meaning. */
export function listSettings(schema: SettingsSchema): string {
  return Object.entries(schema.shape)
    .map(([name, definition]) => {
      const otherwise = defaultOf(definition).replaceAll('`', '');
      const state = otherwise === 'required' ? otherwise : `default: ${otherwise === '' ? "''" : otherwise}`;
      return `  ${name} (${state})\n      ${meaningOf(name, definition).replaceAll('`', '')}\n`;
    })
    .join('');
}

function defaultOf(definition: z.core.$ZodType): string {
  for (const layer of layersOf(definition)) {
    if (layer instanceof z.core.$ZodDefault || layer instanceof z.core.$ZodPrefault) {
      return isSecret(definition) ? 'set' : `\`${show(layer._zod.def.defaultValue)}\``;
    }
    if (layer instanceof z.core.$ZodOptional) return 'none';
  }
  return 'required';
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.map(show).join(',');
  if (typeof value === 'string') return value;
  if (isHostPort(value)) return `${value.host}:${value.port}`;
  return JSON.stringify(value);
}

const isHostPort = (value: unknown): value is { readonly host: string; readonly port: number } =>
  typeof value === 'object' &&
  value !== null &&
  'host' in value &&
  'port' in value &&
  typeof value.host === 'string' &&
  typeof value.port === 'number';

function meaningOf(name: string, definition: z.core.$ZodType): string {
  const described = layersOf(definition)
    .map((layer) => z.globalRegistry.get(layer)?.description)
    .find((description) => description !== undefined);
  const accepts = acceptedBy(definition);
  return [
    described === undefined ? undefined : sentence(described),
    accepts === undefined || accepts === 'a text' ? undefined : `Give ${accepts}.`,
    isSecret(definition) ? `Secret; \`${name}_FILE\` may name a file that holds it.` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

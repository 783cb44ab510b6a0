import type { ImageSettings, RegistrySettings } from './template-schema.ts';

/**
 * The reference of an image, as the registries have laid out the images of the data plane since its first chart:
 * `<url>/<prefix>/<path>/<name>`, in a private registry `<url>/<name with / as _>`, on the AWS Marketplace
 * `<url>/<last part of the name>`, there with `-payg` where use is metered.
 * @throws TypeError for a name without a registry, which the schema of templates refuses
 */
export function toImageReference(image: ImageSettings, registry: RegistrySettings | undefined): string {
  if (typeof image === 'string') return image;
  if (registry === undefined) throw new TypeError('an image by name needs a registry');
  const version =
    (image.tag === undefined ? '' : `:${image.tag}`) + (image.digest === undefined ? '' : `@${image.digest}`);
  return `${registry.url}/${placeOf(image.name, registry)}${version}`;
}

function placeOf(name: string, registry: RegistrySettings): string {
  switch (registry.kind) {
    case 'default':
      return `${registry.prefix}/${registry.path}/${name}`;
    case 'private':
      return name.replaceAll('/', '_');
    case 'aws-marketplace':
      return `${name.slice(name.lastIndexOf('/') + 1)}${registry.payg ? '-payg' : ''}`;
  }
}

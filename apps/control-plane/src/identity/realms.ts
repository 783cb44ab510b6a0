import type { Realm } from '../principals.ts';

/** Each realm's tokens are meant for one side: a stream's for the data plane, the others for the control plane. */
export const audiences: Readonly<Record<Realm, string>> = {
  users: 'ccd-control-plane',
  streams: 'ccd-data-plane',
  installations: 'ccd-control-plane',
};

export const realms: readonly Realm[] = ['users', 'streams', 'installations'];

export function isRealm(text: string | undefined): text is Realm {
  return realms.some((realm) => realm === text);
}

/** `iss` of the realm's tokens. `base` has no slash at its end. */
export function issuerOf(base: string, realm: Realm): string {
  return `${base}/auth/realms/${realm}`;
}

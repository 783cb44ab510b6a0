export { createFakeControlPlane } from './fake-control-plane.ts';
export type { FakeControlPlane, FakeState } from './fake-control-plane.ts';

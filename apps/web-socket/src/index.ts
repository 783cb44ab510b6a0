export { configSchema } from './config.ts';
export type { WebSocketConfig } from './config.ts';
export { startWebSocket } from './start-web-socket.ts';
export type { RunningWebSocket, WebSocketDependencies } from './start-web-socket.ts';

export { pageViewOf, pageViews } from './page-views.ts';

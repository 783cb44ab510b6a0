export { metaField } from '../simple-schema.ts';
export { metaProperty } from './meta-schemas.ts';
export { pageViewOf, pageViews } from './page-views.ts';

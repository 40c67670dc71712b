/**
 * Every string for people. One language now; a second would be a second folder of the same shape, chosen here.
 * `words` is the small part that every page needs. Large areas (`live`, `desk`) are imported from their own file by the
 * pages that use them, so that a viewer's phone does not load the desk's sentences.
 */
export { words } from './zh-CN/shell'

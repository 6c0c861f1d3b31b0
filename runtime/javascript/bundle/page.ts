/** What `tagship page` puts into a page; `npm run bundle` writes it where that command finds it. */

export { load } from "../src/loading.js";
export { plain } from "../src/engines/plain/index.js";

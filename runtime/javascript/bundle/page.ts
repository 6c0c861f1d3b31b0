/** What `tagship page` puts into a page; `npm run bundle` writes it where that command finds it. */

export { repeated } from "../src/contract/seeded_rows.js";
export { load } from "../src/loading.js";
export { plain } from "../src/engines/plain/index.js";

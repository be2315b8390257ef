import { defineConfig, mergeConfig } from "vite";
import { applicationConfig } from "../../vite.shared";

/** What changes with a library and not with the editor: browsers keep it when the editor is a new one. */
const KEPT = [
  { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
  { name: "router", test: /node_modules\/react-router\// },
  { name: "graphql", test: /node_modules\/(@apollo|graphql|rxjs|optimism|@wry|tslib)\// },
  { name: "texts", test: /\/(i18n|locales)\/(en|de)\.json$/ },
];

export default defineConfig(mergeConfig(applicationConfig("/editor/"), { build: { rolldownOptions: { output: { codeSplitting: { groups: KEPT } } } } }));

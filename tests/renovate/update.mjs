// Update a repository to a release of its template with Renovate's own functions, from the clone to
// the push. Prints what Renovate would comment on the pull request.
import { pathToFileURL } from "node:url";

const { dist, url, cloneFolder, cacheFolder, packageFile, depName, newValue } = JSON.parse(
  process.argv[2],
);
const load = (path) => import(pathToFileURL(`${dist}/${path}`));

const { GlobalConfig } = await load("config/global.js");
const logger = await load("logger/index.js");
const git = await load("util/git/index.js");
const { setPlatformScmApi } = await load("modules/platform/scm.js");
const { getUpdatedPackageFiles } = await load("workers/repository/update/branch/get-updated.js");
const { commitFilesToBranch } = await load("workers/repository/update/branch/commit.js");

await logger.init();
GlobalConfig.set({
  localDir: cloneFolder,
  cacheDir: cacheFolder,
  binarySource: "global",
  executionTimeout: 10,
  fullClone: true,
  gitTimeout: 60000,
});
setPlatformScmApi("gitlab"); // commits with git only, as most platforms do
git.setGitAuthor("Renovate <renovate@example.invalid>");
await git.initRepo({ url, defaultBranch: "main" });
await git.syncGit();
await git.checkoutBranch("main");

const branch = {
  baseBranch: "main",
  branchName: "renovate/template",
  commitMessage: `Update the template to ${newValue}`,
  upgrades: [{ manager: "copier", packageFile, depName, newValue, newVersion: newValue }],
  packageFiles: {},
};
const updated = await getUpdatedPackageFiles(branch);
const commit = await commitFilesToBranch({ ...branch, ...updated });
const { artifactErrors, artifactNotices } = updated;
console.log(JSON.stringify({ commit, artifactErrors, artifactNotices }));
process.exit(0);

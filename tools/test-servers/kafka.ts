import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveKafkaClasses, cachedFolder, serverVersions } from '@ccd/testkit/servers';
import { needProgram } from './apt.ts';
import { checkSums } from './check-sums.ts';
import { intoCache } from './into-cache.ts';
import type { Kitchen, Recipe } from './recipe.ts';
import { runProgram } from './run-program.ts';

const pinned = join(import.meta.dirname, 'kafka');
const copyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** A broker is 93 jars of Maven Central, and an archive of its classes that is written here. */
export const kafka: Recipe = {
  from: `Maven Central, org.apache.kafka:kafka_2.13:${serverVersions.kafka}, 54 MB, and 50 MB written here`,

  async install(kitchen) {
    await needProgram('java', 'openjdk-17-jre-headless', kitchen);
    const folder = cachedFolder('kafka', kitchen.cache);
    if (!existsSync(folder)) {
      await needProgram('mvn', 'maven', kitchen);
      kitchen.say('93 jars from Maven Central');
      await intoCache(folder, fetchJars);
    }
    if (!existsSync(join(folder, 'classes.jsa'))) await archive(folder, kitchen);
  },
};

async function fetchJars(folder: string): Promise<void> {
  const libs = join(folder, 'libs');
  mkdirSync(libs);
  // Maven writes beside the project file.
  const project = mkdtempSync(join(tmpdir(), 'ccd-maven-'));
  try {
    copyFileSync(join(pinned, 'pom.xml'), join(project, 'pom.xml'));
    await runProgram(
      'mvn',
      ['-B', '-q', '-C', copyPlugin, `-DoutputDirectory=${libs}`, '-DincludeScope=runtime'],
      { cwd: project },
    );
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
  checkSums(libs, readFileSync(join(pinned, 'jars.sha256'), 'utf8'));
}

/** Only where the jars stay: their path is in the archive. */
async function archive(folder: string, kitchen: Kitchen): Promise<void> {
  kitchen.say('a first start, to write the archive of classes that makes all later ones fast');
  const part = join(folder, `classes.${process.pid}.part`);
  try {
    await archiveKafkaClasses(join(folder, 'libs'), part);
    renameSync(part, join(folder, 'classes.jsa'));
  } finally {
    rmSync(part, { force: true });
  }
}

/** server_version_num from server_version: "18.4" is 180004, "16.11 (Debian ...)" is 160011, "19beta1" is 190000. */
export function versionNumber(version: string): number {
  const [, major = "0", minor = "0"] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return Number(major) * 10_000 + Number(minor);
}

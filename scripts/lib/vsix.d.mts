export function packageFile(): string;

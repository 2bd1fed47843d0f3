/** `count_words` as the file that holds it (`count-words`) and as its constant (`countWords`). */
export function toolSpellings(name: string): { readonly file: string; readonly constant: string } {
  return {
    file: name.replaceAll("_", "-"),
    constant: name.replace(/_+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? ""),
  };
}

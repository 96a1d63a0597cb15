// What of a typedoc project has no docstring.

/** Whether a declaration, or one of its signatures, says something. */
const isDocumented = ({ comment, signatures = [], getSignature, setSignature }) =>
  [{ comment }, getSignature, setSignature, ...signatures].some((each) =>
    each?.comment?.hasVisibleComponent(),
  );

/**
 * The exported names, and the members of exported classes and interfaces, without a docstring, each once. A
 * constructor is told by its class, and `[Symbol.asyncDispose]` by the language. Members of other types are told by
 * the type: they are its grammar.
 */
export function undocumented(project, kinds) {
  const found = new Set();
  const look = (declaration, where) => {
    const { name, variant } = declaration;
    if (declaration.kindOf(kinds.Constructor) || variant === 'reference' || name.startsWith('['))
      return;
    if (!isDocumented(declaration)) found.add(where);
    if (!declaration.kindOf(kinds.ClassOrInterface)) return;
    for (const member of declaration.children ?? []) look(member, `${where}.${member.name}`);
  };
  for (const module of project.children) {
    for (const each of module.children ?? []) look(each, `${module.name}: ${each.name}`);
  }
  return [...found];
}

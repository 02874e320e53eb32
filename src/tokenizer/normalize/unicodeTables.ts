/**
 * Made by test/fixtures/make/tokenizers_unicode.py; do not edit. Where the Unicode tables inside the reference
 * (tokenizers 0.23.3) and those a JavaScript engine may have (Unicode 14 to 18) differ.
 */

/** [first, last, stand-in]: a split pattern of the reference treats these code points as it treats the stand-in. */
export const RECENT: readonly (readonly [number, number, number])[] = [
  [0x295, 0x295, 0x296], [0x558, 0x558, 0x557], [0x58b, 0x58c, 0x590], [0x5c8, 0x5c9, 0x5ca], [0x88f, 0x88f, 0x892],
  [0x897, 0x897, 0x8d4], [0xb53, 0xb54, 0xb52], [0xc5c, 0xc5c, 0xc5b], [0xcdc, 0xcdc, 0xcdb], [0xcf3, 0xcf3, 0xd02],
  [0xece, 0xece, 0xecc], [0x1acf, 0x1af0, 0x1aaf], [0x1b4e, 0x1b4f, 0x1b5a], [0x1b7f, 0x1b7f, 0x1b7e], [0x1c89, 0x1c89, 0x1c90],
  [0x1c8a, 0x1c8a, 0x1c88], [0x208f, 0x208f, 0x2073], [0x209d, 0x209f, 0x20c5], [0x20c1, 0x20c4, 0x20c5],
  [0x2427, 0x2429, 0x2426], [0x2b96, 0x2b96, 0x2b75], [0x2e60, 0x2e63, 0x2e5f], [0x2ffc, 0x2fff, 0x2ffb],
  [0x31e4, 0x31e5, 0x31e3], [0x31ef, 0x31ef, 0x31e3], [0xa7cb, 0xa7cc, 0xa7c9], [0xa7cd, 0xa7cd, 0xa7ca],
  [0xa7ce, 0xa7cf, 0xa7de], [0xa7d2, 0xa7d2, 0xa7de], [0xa7d4, 0xa7d4, 0xa7de], [0xa7da, 0xa7da, 0xa7d8],
  [0xa7db, 0xa7db, 0xa7d9], [0xa7dc, 0xa7dc, 0xa7d8], [0xa7dd, 0xa7dd, 0xa7de], [0xa7e2, 0xa7e2, 0xa7e1],
  [0xa7f1, 0xa7f1, 0xa7f0], [0xab6c, 0xab6d, 0xab6e], [0xfbc3, 0xfbd2, 0xfb45], [0xfd90, 0xfd91, 0xfdd0],
  [0xfdc8, 0xfdce, 0xfdd0], [0x105c0, 0x105f3, 0x10600], [0x107bb, 0x107bf, 0x107c0], [0x10940, 0x10959, 0x1093e],
  [0x10d40, 0x10d49, 0x10d39], [0x10d4a, 0x10d4d, 0x10d23], [0x10d4e, 0x10d4e, 0x107ba], [0x10d4f, 0x10d4f, 0x10d23],
  [0x10d50, 0x10d65, 0x10cb2], [0x10d69, 0x10d69, 0x10d27], [0x10d6a, 0x10d6d, 0x10f46], [0x10d6e, 0x10d6e, 0x10ead],
  [0x10d6f, 0x10d6f, 0x107ba], [0x10d70, 0x10d85, 0x10cf2], [0x10d8e, 0x10d8f, 0x1d6c1], [0x10ec2, 0x10ec4, 0x10eb1],
  [0x10ec5, 0x10ec7, 0x10ec8], [0x10ec9, 0x10eee, 0x10ec8], [0x10ef0, 0x10efb, 0x10eef], [0x10efc, 0x10efc, 0x10eac],
  [0x10efd, 0x10eff, 0x10f46], [0x1123f, 0x11240, 0x1122b], [0x11241, 0x11241, 0x1123e], [0x11380, 0x11389, 0x11361],
  [0x1138b, 0x1138b, 0x11361], [0x1138e, 0x1138e, 0x11361], [0x11390, 0x113b5, 0x11361], [0x113b7, 0x113b7, 0x11400],
  [0x113b8, 0x113ba, 0x11363], [0x113bb, 0x113c0, 0x11340], [0x113c2, 0x113c2, 0x11363], [0x113c5, 0x113c5, 0x11363],
  [0x113c7, 0x113ca, 0x11363], [0x113cc, 0x113cd, 0x11363], [0x113ce, 0x113ce, 0x11374], [0x113cf, 0x113cf, 0x1134d],
  [0x113d0, 0x113d0, 0x11374], [0x113d1, 0x113d1, 0x11400], [0x113d2, 0x113d2, 0x11374], [0x113d3, 0x113d3, 0x11400],
  [0x113d4, 0x113d5, 0x1144b], [0x113d7, 0x113d8, 0x1144b], [0x113e1, 0x113e2, 0x11442], [0x116d0, 0x116e3, 0x116c9],
  [0x1171e, 0x1171e, 0x11720], [0x11b00, 0x11b09, 0x11aa2], [0x11b0a, 0x11b0a, 0x11b0b], [0x11b60, 0x11b67, 0x11b5f],
  [0x11bc0, 0x11be0, 0x11c00], [0x11be1, 0x11be1, 0x11c41], [0x11bf0, 0x11bf9, 0x11c50], [0x11db0, 0x11ddb, 0x11daf],
  [0x11de0, 0x11de9, 0x11ddf], [0x11df0, 0x11df1, 0x11def], [0x11f00, 0x11f01, 0x11ef4], [0x11f02, 0x11f02, 0x11ef2],
  [0x11f03, 0x11f03, 0x11ef6], [0x11f04, 0x11f10, 0x11ef2], [0x11f12, 0x11f33, 0x11ef2], [0x11f34, 0x11f35, 0x11ef6],
  [0x11f36, 0x11f3a, 0x11ef4], [0x11f3e, 0x11f3f, 0x11ef6], [0x11f40, 0x11f40, 0x11ef4], [0x11f41, 0x11f41, 0x1193d],
  [0x11f42, 0x11f42, 0x11d97], [0x11f43, 0x11f4f, 0x11ef8], [0x11f50, 0x11f59, 0x11da9], [0x11f5a, 0x11f5a, 0x11d97],
  [0x1246f, 0x1246f, 0x123ff], [0x12475, 0x1247f, 0x123ff], [0x12550, 0x12686, 0x1254f], [0x1342f, 0x1342f, 0x1342e],
  [0x13439, 0x1343f, 0x13438], [0x13440, 0x13440, 0x11d97], [0x13441, 0x13446, 0x1342e], [0x13447, 0x13455, 0x11d97],
  [0x13460, 0x143fa, 0x1342e], [0x16100, 0x1611d, 0x16800], [0x1611e, 0x16129, 0x16f4f], [0x1612a, 0x1612c, 0x16f51],
  [0x1612d, 0x1612e, 0x16f4f], [0x1612f, 0x1612f, 0x16af0], [0x16130, 0x16139, 0x16a60], [0x16d40, 0x16d42, 0x16b43],
  [0x16d43, 0x16d6a, 0x16b8f], [0x16d6b, 0x16d6c, 0x16b43], [0x16d6d, 0x16d6f, 0x16e97], [0x16d70, 0x16d79, 0x16b59],
  [0x16ea0, 0x16eb8, 0x16e9f], [0x16ebb, 0x16ed3, 0x16eba], [0x16ff2, 0x16ff6, 0x16fef], [0x187f8, 0x187ff, 0x18cdb],
  [0x18cd6, 0x18cda, 0x18cdb], [0x18cff, 0x18cff, 0x18d00], [0x18d09, 0x18d20, 0x18cfe], [0x18d80, 0x18df2, 0x18d7f],
  [0x18e00, 0x19191, 0x18dff], [0x191a0, 0x191d2, 0x1919f], [0x1b123, 0x1b128, 0x1b129], [0x1b132, 0x1b132, 0x1b122],
  [0x1b155, 0x1b155, 0x1b152], [0x1b168, 0x1b168, 0x1b169], [0x1cc00, 0x1ccef, 0x1cf50], [0x1ccf0, 0x1ccf9, 0x1d7ce],
  [0x1ccfa, 0x1ccfc, 0x1ccfd], [0x1cd00, 0x1ceb3, 0x1cf50], [0x1ceba, 0x1ced0, 0x1ceb9], [0x1ced2, 0x1ced4, 0x1ced1],
  [0x1cedd, 0x1cefd, 0x1cedc], [0x1d127, 0x1d128, 0x1d0ff], [0x1d1eb, 0x1d1ff, 0x1d246], [0x1d250, 0x1d281, 0x1d24f],
  [0x1d2c0, 0x1d2d3, 0x1d2e0], [0x1d6a6, 0x1d6a6, 0x1d6a7], [0x1db00, 0x1db1c, 0x1daff], [0x1df1f, 0x1df24, 0x1deff],
  [0x1df25, 0x1df2a, 0x1df1e], [0x1df2b, 0x1df81, 0x1deff], [0x1df90, 0x1df96, 0x1df8f], [0x1dfcd, 0x1dfff, 0x1dfcc],
  [0x1e030, 0x1e06d, 0x1e137], [0x1e08f, 0x1e08f, 0x1e02a], [0x1e4d0, 0x1e4ea, 0x1e2eb], [0x1e4eb, 0x1e4eb, 0x1e13d],
  [0x1e4ec, 0x1e4ef, 0x1e2ef], [0x1e4f0, 0x1e4f9, 0x1e2f9], [0x1e5d0, 0x1e5ed, 0x1e7e0], [0x1e5ee, 0x1e5ef, 0x1e8d0],
  [0x1e5f0, 0x1e5f0, 0x1e7e0], [0x1e5f1, 0x1e5fa, 0x1e2f9], [0x1e5ff, 0x1e5ff, 0x1e95e], [0x1e6c0, 0x1e6de, 0x1e6bf],
  [0x1e6e0, 0x1e6f5, 0x1e6df], [0x1e6fe, 0x1e6ff, 0x1e6fd], [0x1f1ae, 0x1f1ae, 0x1f1af], [0x1f6d8, 0x1f6d9, 0x1f6da],
  [0x1f6dc, 0x1f6dc, 0x1f6dd], [0x1f774, 0x1f776, 0x1f773], [0x1f777, 0x1f77a, 0x1f7dc], [0x1f77b, 0x1f77f, 0x1f780],
  [0x1f7d9, 0x1f7d9, 0x1f7d8], [0x1f7da, 0x1f7db, 0x1f7dc], [0x1f7f1, 0x1f7ff, 0x1f7ef], [0x1f8b2, 0x1f8bb, 0x1f8b1],
  [0x1f8c0, 0x1f8c1, 0x1f8b1], [0x1f8d0, 0x1f8d8, 0x1f8cf], [0x1fa54, 0x1fa57, 0x1fa58], [0x1fa75, 0x1fa77, 0x1fa74],
  [0x1fa87, 0x1fa89, 0x1fa86], [0x1fa8a, 0x1fa8e, 0x1fa7f], [0x1fa8f, 0x1fa8f, 0x1fa90], [0x1faad, 0x1faaf, 0x1faac],
  [0x1fabb, 0x1fabf, 0x1faba], [0x1fac6, 0x1fac6, 0x1fac5], [0x1fac8, 0x1fac8, 0x1fac7], [0x1facc, 0x1facd, 0x1facb],
  [0x1face, 0x1facf, 0x1fad0], [0x1fada, 0x1fadc, 0x1fad9], [0x1fadd, 0x1fadd, 0x1fade], [0x1fadf, 0x1fadf, 0x1fae0],
  [0x1fae8, 0x1fae9, 0x1fae7], [0x1faea, 0x1faeb, 0x1faec], [0x1faef, 0x1faef, 0x1faee], [0x1faf7, 0x1faf8, 0x1faf6],
  [0x1faf9, 0x1fafa, 0x1fafb], [0x1fbcb, 0x1fbef, 0x1fbca], [0x1fbfa, 0x1fbfa, 0x1fbfb], [0x2b739, 0x2b739, 0x2b738],
  [0x2b73a, 0x2b73f, 0x2b81f], [0x2b81e, 0x2b81e, 0x2b81f], [0x2cea2, 0x2cead, 0x2ceae], [0x2ebf0, 0x2ee5d, 0x2ebe0],
  [0x31350, 0x323af, 0x3134a], [0x323b0, 0x33479, 0x3134f], [0x3d000, 0x3fc3f, 0x3cfff],
];

/** Members of a character class: code points without decomposition, and of combining class 0, in the reference. */
export const INERT =
  '\\u{558}\\u{58b}-\\u{58c}\\u{5c8}-\\u{5c9}\\u{7fd}\\u{897}-\\u{89f}\\u{8ca}-\\u{8d3}\\u{9fe}\\u{c3c}\\u{d3b}-\\u{d3c}' +
  '\\u{eba}\\u{1715}\\u{1abf}-\\u{1af0}\\u{1df6}-\\u{1dfa}\\u{209d}-\\u{209f}\\u{32ff}\\u{a7f1}-\\u{a7f4}\\u{a82c}\\u{ab69}' +
  '\\u{105c9}\\u{105e4}\\u{10781}-\\u{10785}\\u{10787}-\\u{107b0}\\u{107b2}-\\u{107bf}\\u{10d24}-\\u{10d27}' +
  '\\u{10d69}-\\u{10d6d}\\u{10eab}-\\u{10eac}\\u{10ecb}-\\u{10ecf}\\u{10ef0}-\\u{10efb}\\u{10efd}-\\u{10eff}' +
  '\\u{10f46}-\\u{10f50}\\u{10f82}-\\u{10f85}\\u{11070}\\u{1133b}\\u{11383}\\u{11385}\\u{1138e}\\u{11391}\\u{113c5}' +
  '\\u{113c7}-\\u{113c8}\\u{113ce}-\\u{113d0}\\u{1145e}\\u{11839}-\\u{1183a}\\u{11938}\\u{1193d}-\\u{1193e}\\u{11943}' +
  '\\u{119e0}\\u{11a34}\\u{11a47}\\u{11a99}\\u{11d42}\\u{11d44}-\\u{11d45}\\u{11d97}\\u{11f41}-\\u{11f42}' +
  '\\u{16121}-\\u{16128}\\u{1612f}\\u{16d68}-\\u{16d6a}\\u{16ff0}-\\u{16ff1}\\u{1b123}-\\u{1b126}\\u{1ccd6}-\\u{1ccf9}' +
  '\\u{1d127}-\\u{1d128}\\u{1d250}-\\u{1d252}\\u{1d25b}-\\u{1d25c}\\u{1d25f}\\u{1d280}-\\u{1d281}\\u{1d6a6}\\u{1df95}' +
  '\\u{1dfcd}-\\u{1dfff}\\u{1e030}-\\u{1e06d}\\u{1e08f}\\u{1e130}-\\u{1e136}\\u{1e2ae}\\u{1e2ec}-\\u{1e2ef}' +
  '\\u{1e4ec}-\\u{1e4ef}\\u{1e5ee}-\\u{1e5ef}\\u{1e6e3}\\u{1e6e6}\\u{1e6ee}-\\u{1e6ef}\\u{1e6f5}\\u{1f16c}' +
  '\\u{1fbf0}-\\u{1fbf9}';

/** Members of a character class: punctuation by Unicode but not in the reference, and the reverse. */
export const NOT_PUNCTUATION =
  '\\u{61d}\\u{9fd}\\u{a76}\\u{c77}\\u{c84}\\u{1b4e}-\\u{1b4f}\\u{1b7d}-\\u{1b7f}\\u{2e43}-\\u{2e4f}\\u{2e52}-\\u{2e5d}' +
  '\\u{2e60}-\\u{2e63}\\u{10d6e}\\u{10ead}\\u{10ed0}\\u{10f55}-\\u{10f59}\\u{10f86}-\\u{10f89}\\u{113d4}-\\u{113d5}' +
  '\\u{113d7}-\\u{113d8}\\u{1144b}-\\u{1144f}\\u{1145a}-\\u{1145b}\\u{1145d}\\u{11660}-\\u{1166c}\\u{116b9}\\u{1183b}' +
  '\\u{11944}-\\u{11946}\\u{119e2}\\u{11a3f}-\\u{11a46}\\u{11a9a}-\\u{11a9c}\\u{11a9e}-\\u{11aa2}\\u{11b00}-\\u{11b09}' +
  '\\u{11be1}\\u{11c41}-\\u{11c45}\\u{11c70}-\\u{11c71}\\u{11ef7}-\\u{11ef8}\\u{11f43}-\\u{11f4f}\\u{11fff}' +
  '\\u{12ff1}-\\u{12ff2}\\u{16d6d}-\\u{16d6f}\\u{16e97}-\\u{16e9a}\\u{16fe2}\\u{1e5ff}\\u{1e95e}-\\u{1e95f}';

export const ALSO_PUNCTUATION =
  '\\u{166d}\\u{111c9}';

/** Members of a character class: numbers by the newest Unicode but not in the reference, and those that an old engine misses. */
export const NOT_NUMBERS =
  '\\u{1246f}\\u{12475}-\\u{1247f}\\u{12550}-\\u{12686}';

export const ALSO_NUMBERS =
  '\\u{10d40}-\\u{10d49}\\u{116d0}-\\u{116e3}\\u{11bf0}-\\u{11bf9}\\u{11de0}-\\u{11de9}\\u{11f50}-\\u{11f59}' +
  '\\u{16130}-\\u{16139}\\u{16d70}-\\u{16d79}\\u{16ff4}-\\u{16ff6}\\u{1ccf0}-\\u{1ccf9}\\u{1d2c0}-\\u{1d2d3}' +
  '\\u{1e4f0}-\\u{1e4f9}\\u{1e5f1}-\\u{1e5fa}';

/** Members of a character class: Cc, Cf, Co of some engine but not of the reference's normalizers, and the reverse. */
export const NOT_OTHER =
  '\\u{890}-\\u{891}\\u{8e2}\\u{110cd}\\u{13430}-\\u{1343f}';

export const ALSO_OTHER =
  '';

/** Members of a character class: Mn of some engine but not of the reference's normalizers, and the reverse. */
export const NOT_NONSPACING =
  '\\u{5c8}-\\u{5c9}\\u{7fd}\\u{897}-\\u{89f}\\u{8ca}-\\u{8e1}\\u{9fe}\\u{afa}-\\u{aff}\\u{b53}-\\u{b55}\\u{c04}\\u{c3c}' +
  '\\u{d00}\\u{d3b}-\\u{d3c}\\u{d81}\\u{eba}\\u{ece}\\u{180f}\\u{1885}-\\u{1886}\\u{1abf}-\\u{1af0}\\u{1df6}-\\u{1dfb}' +
  '\\u{a82c}\\u{a8c5}\\u{a8ff}\\u{a9bd}\\u{10d24}-\\u{10d27}\\u{10d69}-\\u{10d6d}\\u{10eab}-\\u{10eac}\\u{10ecb}-\\u{10ecf}' +
  '\\u{10ef0}-\\u{10eff}\\u{10f46}-\\u{10f50}\\u{10f82}-\\u{10f85}\\u{11070}\\u{11073}-\\u{11074}\\u{110c2}\\u{111c9}' +
  '\\u{111cf}\\u{1123e}\\u{11241}\\u{1133b}\\u{113bb}-\\u{113c0}\\u{113ce}\\u{113d0}\\u{113d2}\\u{113e1}-\\u{113e2}' +
  '\\u{11438}-\\u{1143f}\\u{11442}-\\u{11444}\\u{11446}\\u{1145e}\\u{1182f}-\\u{11837}\\u{11839}-\\u{1183a}' +
  '\\u{1193b}-\\u{1193c}\\u{1193e}\\u{11943}\\u{119d4}-\\u{119d7}\\u{119da}-\\u{119db}\\u{119e0}\\u{11a01}-\\u{11a0a}' +
  '\\u{11a33}-\\u{11a38}\\u{11a3b}-\\u{11a3e}\\u{11a47}\\u{11a51}-\\u{11a56}\\u{11a59}-\\u{11a5b}\\u{11a8a}-\\u{11a96}' +
  '\\u{11a98}-\\u{11a99}\\u{11b60}\\u{11b62}-\\u{11b64}\\u{11b66}\\u{11c30}-\\u{11c36}\\u{11c38}-\\u{11c3d}\\u{11c3f}' +
  '\\u{11c92}-\\u{11ca7}\\u{11caa}-\\u{11cb0}\\u{11cb2}-\\u{11cb3}\\u{11cb5}-\\u{11cb6}\\u{11d31}-\\u{11d36}\\u{11d3a}' +
  '\\u{11d3c}-\\u{11d3d}\\u{11d3f}-\\u{11d45}\\u{11d47}\\u{11d90}-\\u{11d91}\\u{11d95}\\u{11d97}\\u{11df0}' +
  '\\u{11ef3}-\\u{11ef4}\\u{11f00}-\\u{11f01}\\u{11f36}-\\u{11f3a}\\u{11f40}\\u{11f42}\\u{11f5a}\\u{13440}' +
  '\\u{13447}-\\u{13455}\\u{1611e}-\\u{16129}\\u{1612d}-\\u{1612f}\\u{16f4f}\\u{16fe4}\\u{1cf00}-\\u{1cf2d}' +
  '\\u{1cf30}-\\u{1cf46}\\u{1d127}-\\u{1d128}\\u{1d25b}-\\u{1d25c}\\u{1e000}-\\u{1e006}\\u{1e008}-\\u{1e018}' +
  '\\u{1e01b}-\\u{1e021}\\u{1e023}-\\u{1e024}\\u{1e026}-\\u{1e02a}\\u{1e08f}\\u{1e130}-\\u{1e136}\\u{1e2ae}' +
  '\\u{1e2ec}-\\u{1e2ef}\\u{1e4ec}-\\u{1e4ef}\\u{1e5ee}-\\u{1e5ef}\\u{1e6e3}\\u{1e6e6}\\u{1e6ee}-\\u{1e6ef}\\u{1e6f5}' +
  '\\u{1e944}-\\u{1e94a}';

export const ALSO_NONSPACING =
  '\\u{1734}\\u{1171e}';

/** Members of a character class: Mn, Mc, Me of some engine but not of the reference's normalizers, and the reverse. */
export const NOT_MARKS =
  '\\u{5c8}-\\u{5c9}\\u{7fd}\\u{897}-\\u{89f}\\u{8ca}-\\u{8d3}\\u{9fe}\\u{afa}-\\u{aff}\\u{b53}-\\u{b55}\\u{c04}\\u{c3c}' +
  '\\u{cf3}\\u{d00}\\u{d3b}-\\u{d3c}\\u{d81}\\u{eba}\\u{ece}\\u{1715}\\u{180f}\\u{1abf}-\\u{1af0}\\u{1cf7}' +
  '\\u{1df6}-\\u{1dfa}\\u{a82c}\\u{a8ff}\\u{10d24}-\\u{10d27}\\u{10d69}-\\u{10d6d}\\u{10eab}-\\u{10eac}' +
  '\\u{10ecb}-\\u{10ecf}\\u{10ef0}-\\u{10eff}\\u{10f46}-\\u{10f50}\\u{10f82}-\\u{10f85}\\u{11070}\\u{11073}-\\u{11074}' +
  '\\u{110c2}\\u{11145}-\\u{11146}\\u{111c9}\\u{111ce}-\\u{111cf}\\u{11241}\\u{1133b}\\u{113b8}-\\u{113c0}\\u{113c2}' +
  '\\u{113c5}\\u{113c7}-\\u{113ca}\\u{113cc}-\\u{113d0}\\u{113d2}\\u{113e1}-\\u{113e2}\\u{1145e}\\u{1182c}-\\u{1183a}' +
  '\\u{11930}-\\u{11935}\\u{11937}-\\u{11938}\\u{1193b}-\\u{1193e}\\u{11940}\\u{11942}-\\u{11943}\\u{119d1}-\\u{119d7}' +
  '\\u{119da}-\\u{119e0}\\u{119e4}\\u{11a01}-\\u{11a0a}\\u{11a33}-\\u{11a39}\\u{11a3b}-\\u{11a3e}\\u{11a47}' +
  '\\u{11a51}-\\u{11a5b}\\u{11a8a}-\\u{11a99}\\u{11b60}-\\u{11b67}\\u{11d31}-\\u{11d36}\\u{11d3a}\\u{11d3c}-\\u{11d3d}' +
  '\\u{11d3f}-\\u{11d45}\\u{11d47}\\u{11d8a}-\\u{11d8e}\\u{11d90}-\\u{11d91}\\u{11d93}-\\u{11d97}\\u{11df0}' +
  '\\u{11ef3}-\\u{11ef6}\\u{11f00}-\\u{11f01}\\u{11f03}\\u{11f34}-\\u{11f3a}\\u{11f3e}-\\u{11f42}\\u{11f5a}\\u{13440}' +
  '\\u{13447}-\\u{13455}\\u{1611e}-\\u{1612f}\\u{16f4f}\\u{16f7f}-\\u{16f87}\\u{16fe4}\\u{16ff0}-\\u{16ff1}' +
  '\\u{1cf00}-\\u{1cf2d}\\u{1cf30}-\\u{1cf46}\\u{1d127}-\\u{1d128}\\u{1d250}-\\u{1d252}\\u{1d25b}-\\u{1d25c}\\u{1d25f}' +
  '\\u{1d280}-\\u{1d281}\\u{1e08f}\\u{1e130}-\\u{1e136}\\u{1e2ae}\\u{1e2ec}-\\u{1e2ef}\\u{1e4ec}-\\u{1e4ef}' +
  '\\u{1e5ee}-\\u{1e5ef}\\u{1e6e3}\\u{1e6e6}\\u{1e6ee}-\\u{1e6ef}\\u{1e6f5}';

export const ALSO_MARKS =
  '\\u{1cf2}-\\u{1cf3}';

/**
 * The `Noise_*_25519_ChaChaPoly_SHA512` vectors of cacophony (github.com/centromere/cacophony,
 * vectors/cacophony.txt; also in the crate snow 0.10.0) for the fundamental interactive patterns, for N and for
 * NNpsk0. There is none for XXpsk0: that one was made by snow 0.10.0 at both ends, of the same values, and
 * test/interop/snow makes it again. They share keys, prologue and payloads; one to three handshake messages, then
 * transport messages.
 */
import { fromHex } from './support.js';

export interface NoiseVector {
  readonly pattern: string;
  readonly prologue: Uint8Array;
  readonly initiator: NoiseKeys;
  readonly responder: NoiseKeys;
  /** Of 32 bytes, where the pattern has one. */
  readonly psk: Uint8Array | undefined;
  /** cacophony only, 64 bytes. */
  readonly handshakeHash: Uint8Array | undefined;
  readonly messages: readonly { readonly payload: Uint8Array; readonly ciphertext: Uint8Array }[];
}

/** Keys that one side starts with; a key that the pattern has no use for is undefined. */
export interface NoiseKeys {
  readonly ephemeral: Uint8Array;
  readonly static: Uint8Array | undefined;
  readonly remoteStatic: Uint8Array | undefined;
}

const PROLOGUE = '4a6f686e2047616c74';
const INITIATOR = {
  ephemeral: '893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a',
  static: 'e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1',
  staticPublic: '6bc3822a2aa7f4e6981d6538692b3cdf3e6df9eea6ed269eb41d93c22757b75a',
};
const RESPONDER = {
  ephemeral: 'bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b',
  static: '4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893',
  staticPublic: '31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62',
};
const PSK = '54686973206973206d7920417573747269616e20706572737065637469766521';
const PAYLOADS = [
  '4c756477696720766f6e204d69736573',
  '4d757272617920526f746862617264',
  '462e20412e20486179656b',
  '4361726c204d656e676572',
  '4a65616e2d426170746973746520536179',
  '457567656e2042f6686d20766f6e2042617765726b',
];

const VECTORS: Record<string, { handshakeHash: string; ciphertexts: string[] }> = {
  N: {
    handshakeHash:
      'e81d6cd9ac5a7c84cb681064aa4576c55ac6e5bd486f3c025bb6a678063b65497ca5deb178d4a0d393775ee41f0f90e471014fcf8c5c981ab8a50e7666f2b1d7',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944da67b782436a213025b5be5607b5a4fc85f5d59c88a12c2e3e607018eed82d9a',
      'c35c82fd4ea2ad8496a80eccf6a7171603a9f055083d4a5d228d5dc59e4634',
      '613eb1d40376258161584d1e7a55b9c88e32cf2afefd59dbdc0f58',
      'ac910c4180f0deb6ad4987c9b521e91038c6fce9d09a56c44e17b9',
      '50ac079bf53c5195b9d28b005133271b9e7136f01c7056c14ce1a40ed447d0fb9d',
      '1a704179097f544665d98a65475a5bcffa589499b26a3de300f56a0b065e2761d07830e81a',
    ],
  },
  NN: {
    handshakeHash:
      'ecef70ee0ad29e5c2838ff00354b99af6c1b630a73d662710a50a3e3f0741c62af0416208e9bba27b697f56e99929d8562869264f0143791331bdc47c2c895a8',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843a4b5da00b0bf707701c15f5f54d13dfaa53404c812aaac98d55e2a9463bb94',
      '7cc120945f3d00ce194bc60172accedcc168607551c226ef02e602',
      '09adc97d36e5b47f3b81bebd1920595e9480f450af4e71df38babf',
      'c5829c1e26ce3c64118a83db0d71c7d164cc64681ada524a46e6ec45b8a434cd55',
      'de3b8b4d2785222a15ba1f70ab6fd12b2a76cd7c26242a00e2488c513020f479c721d5cd74',
    ],
  },
  KN: {
    handshakeHash:
      '4a365f6ac8bd29c6ba9ba26f7ed5b07268699463d6440ed6978495ab4d5da2dcac95369ca3aa7e14ed91b492fa67a733cf76475fd6f58b8e9c6387dd0b00f2a9',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884327c58a2b5f5fe8d5db489178ababfe2ce8dc7917f5f879339ca03bf465de91',
      '83c2ebea1b6348c5af73a873594613a83eddbe60099b6f1e8a492c',
      'f153153544aa810a6b09ac8ad2036d79d8b14fc5cb7c32fa327de0',
      '8f0f6277e311d6f1104877cedb1b45911f9ab6c7595df5fef0c3a7bf1e9256e007',
      'b3d56adc299f4ac44affbfb9ca7970f66b52349c4cd7016d9a509184d13b6499cad6cfe5a6',
    ],
  },
  NK: {
    handshakeHash:
      'eae5f014a9a3ea7ff24a9adf24720fe7809bcb173c878fcd86df1345766626e4a4850ca01c6fd8195cc5faf7aa48476fa4522d0166d7e9103921f60792492584',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444bc2296c8eea30b5482161d29ace420ef8b63c1e6f026b61150c535870d604d9',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884315059cc8b9a76e12fd9b33b9e07f3c66e8732a6bf06b6bc1b2c6fb40b0782d',
      '18ecb8118b223145bae7829f9c8d91be8221175d0bf585f2e99e60',
      '6a19c0843276fd4c37a1b0053d0ce7c3724a4ece8f7cfed15a3a2a',
      '47afae3fd6d853c3be2835fcb249e7a31821782635112f4828e6edba09fe9334d5',
      '4ebc1f72fca0525982f97530426bd3cff9eaa8a84f4b3fbb8ad420079cd27b367c77594a44',
    ],
  },
  KK: {
    handshakeHash:
      '5a4a51f1ca26b9b90959b5ee6969c2e033d7e22eb0cba1292eea4ad14120b461ae662cd570a18ff2114d1ea6a6d137876b4b00773d0db3ab486b7e6e83f55667',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79443dc7ac83f109398a11fb7390e6683d53b326b6456f28638ffe86dee5f38bb771',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843014594ddf297e92b7927aa591f545ccec50efae8bc7b85aef1a104f7630cf8',
      '44b1bb44e215cf03f8ae9b92df8a3dd06fe864f22c51f8ad9871a1',
      '891391acbe76f40fa5b008aa5c9eb3290e124b30efad5671eede5a',
      '0ef4cb13f5fd2aad8c3e2e0f51af5aaf0d1e635925705d0026cad4c7c90ce989cf',
      '2e61dab18314f9ece736ac49436f0a36deb483d9262c5f9e7aa46e993629b7f404ef33eb56',
    ],
  },
  NX: {
    handshakeHash:
      '275fe48ac79c2f38c81445930a07a9d3a85f2a8441e3b28d63850a6cbbaf0f868b1191976cd536b77f5d8a32d17d767eadd8c9da6044bc199310ee4a103abf7b',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843d7033a16d017752931eda232f53de376186ee0789814f8602f8846caed931f8b37a56e1332567e55be4ce8d6dae2d01cbca863ca486278a09b3fc8c31c483f257c05eb929eb7f996a03873bd816bf4',
      'ca2b559d543393f35f58c3aeeb5f63f2175d93c64221b16ef2c8eb',
      '7031c94c6b57ceb356700623c3ac019480b1c0c81c23c07806b08b',
      'd1bc169936cf4d4e983d7605506abc57b0079e8c0d62cb3ac1d2097a79675bc33d',
      'bf377483f96ef5a77c8cd85524ee8f246c4e30d8c85a406f5a2bddd9ce86c1590cd334af2c',
    ],
  },
  KX: {
    handshakeHash:
      '1e2c17cf85f6461b029cef84f5f73fc8df9f2760258f012e68f42b7ef08b257344bffee377fba896236213964ec99dc575583f1e41efe40de846fd6d8f6cdb9d',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843c410b14446bef6eee46b598dc198423c558fe06916b76a2bd48ea99bc8a185a0411a11ab82f1b3f7daad01c2b0fe53302fcbd499c43049a00aef3ce744345118ca886330c0a009e81f625d9dbb4047',
      '212b33a9bae8ed80458c6885eec041506a9b2d9a4ef350af7e1ab4',
      '350e9456633e1241e9209024b75f74f8beb0a94edb63a08914ba20',
      '20ceade6038e18e3aadd7c35138eaa99858c43e0eb7085424d36c0194363679d0c',
      '27cda5ff7b8ac3b1aa7a1249f206e2279fc28e2120187cbf3ed52145c217d8b0dcad5e84d9',
    ],
  },
  XN: {
    handshakeHash:
      '5ea7c64e004a0d0618fb1e60055297cd689c14ebf27973a315e680324718dbbc363e27c4487517a0c9dac8941b2570a40ac250728335dfd1d2da49f20bdb1b40',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843603fefd75d3524bb35e612200154777839737b9efacd9c5ac397da74b7b1e0',
      '83990be5d1cd5ad8535c24e8f7d63e4b76ff919b63b68d09eba09c80e085ad1dae3faabd1c61d51553fbf774fbf965653df38727bfb1f02e39b879329c847e676f1e73887e9f6986dfb4ca',
      'f1a9979b11dec7ed8d737cc9edf840dacec362cbbfd2b4394cd981',
      '8f5df3c87def8592b868b27feb8cc1407a8cc7c442ef4c939fd3b8be503c7b97c7',
      '8e3cd4197146a968b39de21eec484cd9d45282758a7939187c33ecf4043b645b9c3ece63cd',
    ],
  },
  IN: {
    handshakeHash:
      '1132d52a5000978206a849dcfe3b8f48017d2c73e6a2b279afff08bb69e0c95a88dcfdec938d47f65ea7c72ddb056a301f403b925e21ef040781777c72d31d5c',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79446bc3822a2aa7f4e6981d6538692b3cdf3e6df9eea6ed269eb41d93c22757b75a4c756477696720766f6e204d69736573',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843bed2c1e4186417079ab713170775dda6375f5a6b92471a047b0ba305231da1',
      '8bab0573396490b62091ddc57ca1824ec4c95b31f84931257513c2',
      'e3e882e2639f5efe19ba93d50ac2594838f51af06ee4897cf506f7',
      '1af585d7ae1fe6e1dce8f3cbbeda64afdf7343f61e98b80087b65302933b3b2f0a',
      '2f6a330052a53c2471096f41c007794833a762ff45dcb36674814c5d1a2bb0cafd2088461d',
    ],
  },
  XK: {
    handshakeHash:
      'a6b33bf324a6ebc4825cc24b0016c2a61497dc30597c012bba8adfd7ac62ddac91b2c04d1888a463f212bee1d4bc9fa90a66338341fea856211d0cd452c3108b',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79443e6d6a6ea5368eca4ca6b98d4bb43285de802de8da92d5248f7fe7781f719f4b',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884380e1d99f9ef8a5b3f60f20288c4f3879d426538b7f5dba3f5ffa086a83d2e3',
      '8e5e11ab592a0dcd30d9558e1ee0318449d5c303c8fd6bbe42b9bdf2c38d7fb233cefee410004a0f07b4e65689b2e95c479c53ed4e35f6dbbb928bcbc2f59178100b8e0283a39bec5502a8',
      '56219ad4d36805401607114a3f96d3e5a07bb0f7e30201f5197024',
      'c231ee2ef52ea3526492d7c9f294dfbc42e7b3284cea07012c9e475bcc4394fae5',
      '9b95440000ae4b609e7193264b0815d3231918c6dae6a9d8368818f143d84f4e7d5ec197e1',
    ],
  },
  IK: {
    handshakeHash:
      'df5f46e7b80429fe9c587824b883d2c0a9e909d9be842e8d63797ca4815dd63bbbae8d2803a48ed79e3646103362e6de02921f138529389854c7701638d98c85',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79447a2281c0f1aee0c48c41333a1abbb349ee4bf12e09f8c4fd66635aabbb7dad346081a79f59e2cef812260cfe8c9e6a99d12f7c7ffc9fe5513818d9cf9b8778d1ebd1ce70c8f726d7869830258a788910',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843f58050451a0edd2a40bb8b0f6b51ea8094a07e3ed31ebc516b584fef6eaaaf',
      'cae0b6af5460d026e80e22c27572a92048176872538f91a056a8df',
      'ab1440d2b5892c638a11a7fa6412beaea5cee62342147f02d75a68',
      '0263ed778a193155c9947202e0b9d35eb46581a902449d091e1b6575a9a59fbeff',
      '95aedd9192351379cb063c8d5827d5529c7f2c8929552dd64c57029734737ea2a405255dcf',
    ],
  },
  XX: {
    handshakeHash:
      'b98d52b12437f34cfec8312fe038c869b5c4882dfe45fb064e746d88783e56a3773ee191e726776467ec3b309f0093f7e712a87062c625e6c8d766bb172cea42',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843d7c6169611117c6e843085d5ec1af406d58f75d17052f76fc87b7e624027b002be220520a7766451ec44fa8388d120354c0f8c8b8a83eb281d131cd231a5f3cc6a809c5dffb06cb8d792415336b4c0',
      '438696ce0ba3e21424cad39c48b89839fc102c64e3f3e81b6431c0c915d7983d0d7d87e611485ef5bf005c25a052289c949d3e1dd51b536bfda2eb3d14988f9c3291a1ac64b7b4cba0a019',
      '56430f48030039cfd44539edb61a3b87e1cd461a765cb539c3f4b6',
      '0709391497714d94a8f62959fe15153996001daadbc1dec326a03ba8ff416b47f5',
      '3d5f431ceee58c3ff1bdcdf874aaca9f564b743286a995ed03dffa8b65f33ac45c8c4b196d',
    ],
  },
  IX: {
    handshakeHash:
      'a58f7dd571ba7532d8f92c5a8a8e901bba03b0964fb778a3c0dd1f5db000e5054cf4b20f7462645c7185d0b44d2391fc9ea5a0438cb878c8439dcae6738cbbba',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79446bc3822a2aa7f4e6981d6538692b3cdf3e6df9eea6ed269eb41d93c22757b75a4c756477696720766f6e204d69736573',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843a8c94b6012e129e22c357ebdb69a5070d2a74cedc0c449c48fe41e16f0dc1e82506a0c919cc2554906ff69c085893ebf8defd89a8d8d39f8df99519b0ced32f92fd0f9cf71e73340a234a27e918872',
      'e6b02914c1e0ef7651cea6844c3482741791ea374afebf93f48281',
      '8268b258b0a792172c5fefa524da0f0a16316c0620c65d6a59d1b9',
      '04d7faf63e58c81ac3d6ff5f88e0fa4056ead60f55cde977eaaebc14dfbd6ce055',
      'a01c4f95e57c7620254a17f6c328ebee726867b20ef44518d64d54158a9365e28fd0c3c3b8',
    ],
  },
  NNpsk0: {
    handshakeHash:
      '20747c2d6e39075ff1d468a0cc43a29f59217d41032e093341739713acf575f27fa3d47c4960cae660f07de84ac450429d9db318cd49fb2fe1625933f298828c',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944d6950b5145b4067a58a0692dc0f114b368c3769275d30efc88c48aeaa82a91b2',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843270979b50a80b94def87f09f53e0407dcfdbcf99daa2ff53ae7cf8b356ec1e',
      'ee068282e99e581b2cc395353e40df23a62b4d3f171e51be36f9be',
      '9de46567c24635ad9a0c74742340b850e4f347ee5784c79115e36f',
      '7ac5e36fb474838f58adb69bc00b1c5297033f429d819636fcbbd66a9c2cfdef29',
      '760415b528bc3ae7638ae2e999b30db6bb200dd4b437a53b44bbe64994d27b54731066bfa4',
    ],
  },
  XXpsk0: {
    handshakeHash:
      '95aa07998a962ec581386289ac24c917ac60fceccc56be98b675bbbd9f2f532b3645227b2e57416d16aa506b48ffe272c73ea8906af56ccf5bc3e7bb1246c50b',
    ciphertexts: [
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79443a37097a238f440652ea960635a15e935919e5c58f6bca33e1719f408bbb34e5',
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f1448088431d54901993c6d2aed336795e25e6205f53f885eb29ac37955359bfbb514d664a49ae6fe7df543bcca672a7ac924b5cf4d1ceb65d58072232255764983100855a38a8aa4f9122ce6566b61339d2dd79',
      '8032bb0f76b81d5b670a7681cb0182ac63706d0566a07c9246800e2c5ce6c536d38f065e024711aad66d3b56b45b6f398ac576bcb3d70f69e63f8c826c5bb98749784740d1e3b8c0fb7bc6',
      'd446e0a9ece9ceba3fffba01f084db4bc5af171b113f2606b47b3a',
      '3f58cb5dca7b235fa4d5f1184236280b13dbe7e39f2209764516f065a991c91c65',
      'ad1b2c552e3e74b5c043f862726184c46410b3dd8eccb7ce9e43242d8344727daf6aa168bd',
    ],
  },
};

/** One-way patterns have one letter, and a responder whose key is known (Noise, section 7.4). */
const knowsResponder = (pattern: string): boolean => pattern.length === 1 || pattern.endsWith('K');

export const noiseVectors: readonly NoiseVector[] = Object.entries(VECTORS).map(
  ([pattern, { handshakeHash, ciphertexts }]) => ({
    pattern,
    prologue: fromHex(PROLOGUE),
    initiator: {
      ephemeral: fromHex(INITIATOR.ephemeral),
      static: pattern.startsWith('N') ? undefined : fromHex(INITIATOR.static),
      remoteStatic: knowsResponder(pattern) ? fromHex(RESPONDER.staticPublic) : undefined,
    },
    responder: {
      ephemeral: fromHex(RESPONDER.ephemeral),
      static: /^.N/.test(pattern) ? undefined : fromHex(RESPONDER.static),
      remoteStatic: pattern.startsWith('K') ? fromHex(INITIATOR.staticPublic) : undefined,
    },
    psk: pattern.includes('psk') ? fromHex(PSK) : undefined,
    handshakeHash: fromHex(handshakeHash),
    messages: ciphertexts.map((ciphertext, i) => ({
      payload: fromHex(PAYLOADS[i] ?? ''),
      ciphertext: fromHex(ciphertext),
    })),
  }),
);

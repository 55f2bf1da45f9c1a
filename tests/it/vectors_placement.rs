//! Placement and its hash functions against published numbers, typed in as facts with their sources.

use md5::{Digest, Md5};
use ringside::proto::ring::circle::Circle;
use ringside::proto::ring::hash::Hash;
use ringside::room::placement::schemes::jump::jump;
use ringside::room::placement::schemes::maglev::table;
use ringside::room::placement::schemes::{Algorithm, Fleet, Options, build};
use siphasher::sip::SipHasher24;
use xxhash_rust::xxh64::xxh64;

/// (length, XXH64 seed 0, XXH64 seed 1, XXH3 64 bits seed 0) of an input whose byte i is i * 131 + 7. Source: the official C
/// implementation (Cyan4973/xxHash) through xxhash 4.1.0 of PyPI.
const XXHASH: [(usize, u64, u64, u64); 24] = [
    (0, 17_241_709_254_077_376_921, 15_397_730_242_686_860_875, 3_244_421_341_483_603_138),
    (1, 12_208_272_383_309_036_471, 533_263_388_751_931_754, 5_502_495_245_947_142_431),
    (3, 13_750_676_314_285_879_995, 10_789_045_739_861_763_786, 7_943_829_059_066_201_772),
    (4, 18_023_734_343_716_549_181, 3_573_051_831_734_852_052, 6_650_799_683_851_767_871),
    (7, 2_829_463_491_142_079_168, 20_211_009_232_092_313, 5_090_693_914_820_600_895),
    (8, 11_046_036_222_224_798_941, 13_928_922_149_667_360_806, 18_013_639_643_258_255_605),
    (9, 6_281_260_072_103_852_792, 15_780_637_652_899_482_490, 8_944_394_699_905_593_055),
    (15, 713_333_589_676_100_381, 4_657_883_566_177_504_484, 12_917_915_490_898_912_629),
    (16, 10_713_219_732_412_769_493, 908_477_061_388_987_510, 9_704_121_104_262_105_176),
    (17, 1_469_566_490_804_707_297, 4_723_698_683_335_004_280, 13_081_819_869_213_806_705),
    (31, 7_426_951_861_026_643_343, 16_722_376_736_638_246_530, 5_207_339_628_089_618_566),
    (32, 574_130_765_770_354_213, 16_091_096_961_562_622_922, 16_388_932_025_501_132_398),
    (33, 718_428_505_286_426_271, 5_232_927_070_498_998_124, 11_880_189_719_134_216_051),
    (63, 13_243_281_707_407_029_925, 13_719_578_978_378_785_179, 3_515_624_616_226_464_315),
    (64, 5_824_303_969_334_289_198, 10_277_920_023_142_946_637, 1_338_082_372_350_062_813),
    (65, 15_165_616_022_809_362_172, 1_956_494_812_020_630_648, 10_936_639_315_039_379_145),
    (127, 6_111_234_178_624_517_799, 11_892_946_473_199_558_794, 17_099_312_506_880_527_797),
    (128, 301_992_085_808_146_263, 6_275_800_624_348_980_215, 1_211_889_905_577_015_873),
    (129, 2_276_297_918_984_362_234, 9_672_712_660_558_660_466, 1_605_741_916_052_902_306),
    (200, 4_291_024_355_602_665_598, 17_092_211_720_408_197_840, 13_905_920_432_424_470_566),
    (255, 1_560_175_139_023_764_980, 13_762_848_146_175_405_576, 7_252_492_153_302_776_105),
    (256, 11_735_229_524_379_588_348, 14_731_684_951_888_264_411, 12_780_746_281_945_784_236),
    (257, 16_849_036_954_208_952_275, 260_689_226_754_382_961, 9_778_369_418_430_836_869),
    (1000, 860_396_147_337_769_843, 9_435_960_990_164_368_980, 6_277_275_435_047_072_539),
];

#[test]
fn the_hashes_of_keys_and_tokens_are_those_of_xxhash() {
    for (long, seed0, seed1, xxh3) in XXHASH {
        let input: Vec<u8> = (0..long).map(|i| (i * 131 + 7) as u8).collect();
        assert_eq!(Hash::Xxh64.of(&input), seed0, "XXH64 of {long} bytes");
        assert_eq!(xxh64(&input, 1), seed1, "XXH64 with seed 1 of {long} bytes");
        assert_eq!(Hash::Xxh3.of(&input), xxh3, "XXH3 of {long} bytes");
    }
}

/// SipHash-2-4 under the key 00 01 .. 0f of the bytes 00 .. i-1, the bytes of the result as they stand in memory, little end first. Source: `vectors.h`
/// of veorq/SipHash.
const SIPHASH: [u64; 64] = [
    0x310e_0edd_47db_6f72,
    0xfd67_dc93_c539_f874,
    0x5a4f_a9d9_0980_6c0d,
    0x2d7e_fbd7_9666_6785,
    0xb787_7127_e094_27cf,
    0x8da6_99cd_6455_7618,
    0xcee3_fe58_6e46_c9cb,
    0x37d1_018b_f500_02ab,
    0x6224_939a_79f5_f593,
    0xb0e4_a90b_df82_009e,
    0xf3b9_dd94_c5bb_5d7a,
    0xa7ad_6b22_462f_b3f4,
    0xfbe5_0e86_bc8f_1e75,
    0x903d_84c0_2756_ea14,
    0xeef2_7a8e_90ca_23f7,
    0xe545_be49_61ca_29a1,
    0xdb9b_c257_7fcc_2a3f,
    0x9447_be2c_f5e9_9a69,
    0x9cd3_8d96_f0b3_c14b,
    0xbd61_79a7_1dc9_6dbb,
    0x98ee_a21a_f25c_d6be,
    0xc767_3b2e_b0cb_f2d0,
    0x883e_a3e3_9567_5393,
    0xc8ce_5ccd_8c03_0ca8,
    0x94af_49f6_c650_adb8,
    0xeab8_858a_de92_e1bc,
    0xf315_bb5b_b835_d817,
    0xadcf_6b07_6361_2e2f,
    0xa5c9_1da7_acaa_4dde,
    0x7165_9587_6650_a2a6,
    0x28ef_495c_53a3_87ad,
    0x42c3_41d8_fa92_d832,
    0xce7c_f272_2f51_2771,
    0xe378_59f9_4623_f3a7,
    0x3812_05bb_1ab0_e012,
    0xae97_a10f_d434_e015,
    0xb4a3_1508_beff_4d31,
    0x8139_6229_f090_7902,
    0x4d0c_f49e_e5d4_dcca,
    0x5c73_336a_76d8_bf9a,
    0xd0a7_0453_6ba9_3e0e,
    0x9259_58fc_d642_0cad,
    0xa915_c29b_c806_7318,
    0x952b_79f3_bc0a_a6d4,
    0xf21d_f2e4_1d45_35f9,
    0x8757_7519_048f_53a9,
    0x10a5_6cf5_dfcd_9adb,
    0xeb75_095c_cd98_6cd0,
    0x51a9_cb9e_cba3_12e6,
    0x96af_adfc_2ce6_66c7,
    0x72fe_5297_5a43_64ee,
    0x5a16_45b2_76d5_92a1,
    0xb274_cb8e_bf87_870a,
    0x6f9b_b420_3de7_b381,
    0xeaec_b2a3_0b22_a87f,
    0x9924_a43c_c131_5724,
    0xbd83_8d3a_afbf_8db7,
    0x0b1a_2a32_65d5_1aea,
    0x1350_79a3_231c_e660,
    0x932b_2846_e4d7_0666,
    0xe191_5f5c_b1ec_a46c,
    0xf325_965c_a16d_629f,
    0x575f_f28e_6038_1be5,
    0x7245_06eb_4c32_8a95,
];

#[test]
fn the_hash_of_the_probes_is_siphash_2_4() {
    let key: [u8; 16] = std::array::from_fn(|i| i as u8);
    let input: [u8; 64] = std::array::from_fn(|i| i as u8);
    for (long, bytes) in SIPHASH.into_iter().enumerate() {
        assert_eq!(SipHasher24::new_with_key(&key).hash(&input[..long]), bytes.swap_bytes(), "{long} bytes");
    }
}

/// The test suite of RFC 1321, appendix A.5.
const MD5: [(&str, u128); 7] = [
    ("", 0xd41d8cd9_8f00b204_e9800998_ecf8427e),
    ("a", 0x0cc175b9_c0f1b6a8_31c399e2_69772661),
    ("abc", 0x90015098_3cd24fb0_d6963f7d_28e17f72),
    ("message digest", 0xf96b697d_7cb7938d_525a2f31_aaf161d0),
    ("abcdefghijklmnopqrstuvwxyz", 0xc3fcd3d7_6192e400_7dfb496c_ca67e13b),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0xd174ab98_d277d9f5_a5611c2c_9f419d9f),
    ("12345678901234567890123456789012345678901234567890123456789012345678901234567890", 0x57edf4a2_2be3c955_ac49da2e_2107b67a),
];

#[test]
fn the_hash_of_ketama_is_md5() {
    for (text, digest) in MD5 {
        assert_eq!(u128::from_be_bytes(Md5::digest(text).into()), digest, "MD5 of {text:?}");
    }
}

/// Buckets of a key for 1, 2, 3, ... buckets. Source: `TestHash` of dgryski/go-jump, generated by the reference code in C++.
const JUMP: [(u64, &[u32]); 4] = [
    (0, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    (1, &[0, 0, 0, 0, 0, 0, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 17, 17]),
    (3_735_928_559, &[0, 1, 2, 3, 3, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 16, 16, 16]),
    (998_690_804_919_562_253, &[0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 15, 15, 15, 15]),
];

/// Buckets of the keys 0..=19 among 100. Source: `TestGolden` of dgryski/go-jump, from Guava; Guava's own test
/// (`HashingTest.java`) has keys 1 to 5 of it.
const JUMP_OF_100: [u32; 20] = [0, 55, 62, 8, 45, 59, 86, 97, 82, 59, 73, 37, 17, 56, 86, 21, 90, 37, 38, 83];

/// (key, buckets, bucket). Source: `tests/test_jump.py` of lithammer/python-jump-consistent-hash.
const JUMP_POINTS: [(u64, u32, u32); 11] = [
    (10_863_919_174_838_991, 11, 6),
    (2_016_238_256_797_177_309, 11, 3),
    (1_673_758_223_894_951_030, 11, 5),
    (2, 100_001, 80343),
    (2_201, 100_001, 22152),
    (2_202, 100_001, 15018),
    (1, 1, 0),
    (42, 57, 43),
    (3_735_883_980, 1, 0),
    (3_735_883_980, 666, 361),
    (256, 1_024, 520),
];

#[test]
fn jump_is_the_one_of_the_reference_and_of_guava() {
    for (key, buckets) in JUMP {
        let ours: Vec<u32> = (1..=buckets.len() as u32).map(|n| jump(key, n).0).collect();
        assert_eq!(ours, buckets, "key {key}");
    }
    let ours: Vec<u32> = (0..20).map(|key| jump(key, 100).0).collect();
    assert_eq!(ours, JUMP_OF_100);
    for (key, n, bucket) in JUMP_POINTS {
        assert_eq!(jump(key, n).0, bucket, "key {key} among {n}");
    }
}

#[test]
fn a_new_bucket_of_jump_takes_keys_and_nothing_else_changes() {
    // The property of Guava's test: for n up to 100,000 the bucket stays or becomes the new one, n - 1.
    for key in [0, 1, 2, u64::MAX, i64::MAX as u64, 1 << 63] {
        let mut last = 0;
        for n in 1..=100_000 {
            let (bucket, _) = jump(key, n);
            assert!(bucket == last || bucket == n - 1, "key {key}: from {last} to {bucket} among {n}");
            last = bucket;
        }
    }
}

/// Hosts with their weights.
type Hosts = &'static [(&'static str, u16)];

/// Name, hosts with weights, and the table by host. Source: `maglev_lb_test.cc` of Envoy.
const ENVOY_MAGLEV: [(&str, Hosts, &[u32]); 5] = [
    (
        "Basic",
        &[("127.0.0.1:90", 1), ("127.0.0.1:91", 1), ("127.0.0.1:92", 1), ("127.0.0.1:93", 1), ("127.0.0.1:94", 1), ("127.0.0.1:95", 1)],
        &[2, 4, 0, 1, 5, 0, 3],
    ),
    ("BasicWithHostName", &[("90", 1), ("91", 1), ("92", 1), ("93", 1), ("94", 1), ("95", 1)], &[2, 5, 0, 3, 4, 1, 0]),
    ("Weighted", &[("127.0.0.1:90", 1), ("127.0.0.1:91", 2)], &[1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1]),
    ("LocalityWeightedSame", &[("127.0.0.1:90", 1), ("127.0.0.1:91", 1)], &[1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1]),
    ("LocalityWeightedDifferent(8,2)", &[("127.0.0.1:90", 8), ("127.0.0.1:91", 2)], &[1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]),
];

#[test]
fn maglev_fills_the_tables_of_envoy() {
    for (name, hosts, entries) in ENVOY_MAGLEV {
        let members: Vec<(&[u8], u16)> = hosts.iter().map(|&(host, weight)| (host.as_bytes(), weight)).collect();
        assert_eq!(table(&members, entries.len() as u32).as_deref(), Ok(entries), "{name}");
        // The order in which hosts are given must not matter: only their names do.
        let back: Vec<(&[u8], u16)> = members.iter().rev().copied().collect();
        let renumbered: Vec<u32> = entries.iter().map(|&host| (hosts.len() - 1) as u32 - host).collect();
        assert_eq!(table(&back, entries.len() as u32), Ok(renumbered), "{name}, given backwards");
    }
}

#[test]
fn as_many_entries_as_hosts_are_enough_and_who_weighs_nothing_gets_none() {
    let hosts: Vec<String> = (0..7).map(|i| format!("host{i}")).collect();
    let members: Vec<(&[u8], u16)> = hosts.iter().map(|host| (host.as_bytes(), 1)).collect();
    let mut one_each = table(&members, 7).expect("7 is prime");
    one_each.sort_unstable();
    assert_eq!(one_each, [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(table(&[(b"a", 1), (b"b", 0)], 7), Ok(vec![0; 7]));
}

#[test]
fn maglev_finds_a_key_where_envoy_does() {
    // Envoy's `Basic` answers the hash 10 from entry 10 % 7. Ours hashes the key itself.
    let (_, hosts, entries) = ENVOY_MAGLEV[0];
    assert_eq!(entries[10 % 7], 1);
    let fleet = Fleet::new(hosts.iter().map(|(host, _)| host)).expect("six names");
    let scheme = build(Algorithm::Maglev, &fleet, &Options { table: 7, ..Options::default() }).expect("7 is prime");
    for i in 0..100 {
        let key = format!("key{i}");
        let entry = xxh64(key.as_bytes(), 0) % 7;
        assert_eq!(scheme.owner(key.as_bytes()), Some(entries[entry as usize]), "{key}");
    }
}

#[test]
fn every_entry_of_katrans_rings_is_filled() {
    // Katran publishes no table, only counts that no hash changes: 7 entries, weights 2 and 1, give 4 and 3 in its first
    // version (`MaglevHashTest.cpp`). A member that takes turns as Envoy's do has taken the same number of them by then.
    let filled = table(&[(b"heavy", 2), (b"light", 1)], 7).expect("7 is prime");
    assert_eq!([0, 1].map(|member| filled.iter().filter(|entry| **entry == member).count()), [4, 3]);
    // Its default ring.
    assert!(table(&[(b"a", 1), (b"b", 1)], 65_537).expect("65537 is prime").iter().all(|&entry| entry < 2));
}

/// Positions and hosts, clockwise. Source: `ring_hash_lb_test.cc` of Envoy: XXH64 of `<address>_<i>`, two a host.
const ENVOY_RING: [(u64, &str); 12] = [
    (833_437_586_790_550_860, "127.0.0.1:94"),
    (928_266_305_478_181_108, "127.0.0.1:92"),
    (1_033_482_794_131_418_490, "127.0.0.1:90"),
    (3_551_244_743_356_806_947, "127.0.0.1:95"),
    (3_851_675_632_748_031_481, "127.0.0.1:93"),
    (5_583_722_120_771_150_861, "127.0.0.1:91"),
    (6_311_230_543_546_372_928, "127.0.0.1:91"),
    (7_700_377_290_971_790_572, "127.0.0.1:93"),
    (13_144_177_310_400_110_813, "127.0.0.1:95"),
    (13_444_792_449_719_432_967, "127.0.0.1:92"),
    (15_516_499_411_664_133_160, "127.0.0.1:94"),
    (16_117_243_373_044_804_889, "127.0.0.1:90"),
];

/// The same with host names for addresses.
const ENVOY_RING_OF_NAMES: [(u64, &str); 12] = [
    (1_975_508_444_536_362_413, "95"),
    (2_376_063_919_839_173_711, "95"),
    (2_386_806_903_309_390_596, "93"),
    (6_749_904_478_991_551_885, "94"),
    (6_803_900_775_736_438_537, "93"),
    (7_225_015_537_174_310_577, "92"),
    (8_787_465_352_164_086_522, "90"),
    (11_282_020_843_382_717_940, "92"),
    (13_723_418_369_486_627_818, "91"),
    (13_776_502_110_861_797_421, "90"),
    (14_338_313_586_354_474_791, "91"),
    (15_364_271_037_087_512_980, "94"),
];

/// Weights 1, 2 and 3 of the hosts 90, 91 and 92: one position a unit of weight.
const ENVOY_RING_OF_WEIGHTS: [(u64, &str); 6] = [
    (928_266_305_478_181_108, "127.0.0.1:92"),
    (4_443_673_547_860_492_590, "127.0.0.1:92"),
    (5_583_722_120_771_150_861, "127.0.0.1:91"),
    (6_311_230_543_546_372_928, "127.0.0.1:91"),
    (13_444_792_449_719_432_967, "127.0.0.1:92"),
    (16_117_243_373_044_804_889, "127.0.0.1:90"),
];

#[test]
fn the_ring_has_the_positions_of_envoy() {
    for (positions, weight) in [(&ENVOY_RING[..], [2; 6]), (&ENVOY_RING_OF_NAMES, [2; 6]), (&ENVOY_RING_OF_WEIGHTS, [1, 2, 3, 0, 0, 0])] {
        let mut hosts: Vec<&str> = positions.iter().map(|&(_, host)| host).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let members = (0..).zip(&hosts).map(|(number, host)| (number, host.as_bytes(), weight[number as usize]));
        let circle = Circle::new(members, Hash::Xxh64);
        let ours: Vec<(u64, &str)> = circle.tokens().iter().map(|&(at, number)| (at, hosts[number as usize])).collect();
        assert_eq!(ours, positions);
        // Envoy's lookup: the first position at or after the hash, wrapping.
        for (i, &(at, host)) in positions.iter().enumerate() {
            assert_eq!(circle.owner(at).map(|number| hosts[number as usize]), Some(host));
            let next = positions[(i + 1) % positions.len()].1;
            assert_eq!(circle.owner(at + 1).map(|number| hosts[number as usize]), Some(next));
        }
    }
}

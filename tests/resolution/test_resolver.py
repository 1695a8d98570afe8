from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.records import (
    Concept,
    EntityType,
    Extraction,
    LocalEntity,
    Mention,
    Relation,
    RelationClaim,
    Vocabulary,
)
from kg.resolution import Resolution, Resolver

VOCABULARY = Vocabulary(
    {
        concept.slug: concept
        for concept in (
            Concept("segment-anything-model", "Segment Anything Model", "Model", ("SAM",)),
            Concept("reinforcement-learning", "reinforcement learning", "Method", ("RL",)),
            Concept("policy-gradient", "policy gradient", "Method", (), ("reinforcement-learning",)),
            Concept("gpt-4", "GPT-4", "Model"),
            Concept("common-crawl", "Common Crawl", "Dataset", exact_match=("https://example.org/cc",)),
            Concept("mean-average-precision", "mean average precision", "Metric", ("mAP",)),
            Concept("question-answering", "question answering", "Task", ("QA",)),
            Concept("react", "ReAct", "Method"),
            Concept("a-okvqa", "A-OKVQA", "Benchmark"),
        )
    }
)


def local(
    *forms: str, type: EntityType = "Method", relation: Relation = "uses", times: int = 1, concept: str = ""
) -> LocalEntity:
    mentions = tuple(
        Mention("abstract", 100 * i + 10 * j, 100 * i + 10 * j + len(form), form)
        for i in range(times)
        for j, form in enumerate(forms)
    )
    return LocalEntity(forms[0], type, mentions, (RelationClaim(relation, 1.0, (0,)),), concept)


def paper(*entities: LocalEntity) -> Extraction:
    return Extraction(entities=entities)


def resolve(papers: Sequence[Extraction], vocabulary: Vocabulary = VOCABULARY) -> Resolution:
    resolver = Resolver(vocabulary)
    for extraction in papers:
        resolver.observe(extraction)
    return resolver.resolve()


def slugs(*papers: Extraction) -> list[tuple[str, ...]]:
    resolution = resolve(papers)
    return [resolution.slugs(extraction) for extraction in papers]


def test_a_short_form_alone_joins_the_long_form_of_another_paper() -> None:
    papers = [
        paper(local("clinically aligned policy optimization", "CAPO")),
        paper(local("CAPO"), local("reward model")),
    ]
    resolution = resolve(papers)
    assert [resolution.slugs(p) for p in papers] == [
        ("clinically-aligned-policy-optimization",),
        ("clinically-aligned-policy-optimization", "reward-model"),
    ]
    entity = resolution.entities["clinically-aligned-policy-optimization"]
    assert entity.label == "clinically aligned policy optimization"
    assert entity.alt_labels == ("CAPO",)


def test_long_forms_of_one_short_form_that_begin_alike_are_one() -> None:
    papers = [
        paper(local("masked autoencoder", "MAE")),
        paper(local("masked autoencoding", "MAE")),
        paper(local("maximal answer entropy", "MAE")),
        paper(local("masked autoencoding")),
        paper(local("questions and answers", "QA", type="Task")),
        paper(local("quality assurance", "QA", type="Task")),
    ]
    first, second, third, fourth, fifth, sixth = slugs(*papers)
    assert first == second == fourth
    assert third == ("maximal-answer-entropy",)
    assert (fifth, sixth) == (("question-answering",), ("quality-assurance",))


def test_long_forms_of_versions_are_not_one() -> None:
    papers = [paper(local(f"reward tree search {n}", "RTS")) for n in (2, 3)]
    assert len(set(slugs(*papers))) == 2


def test_a_short_form_never_joins_two_long_forms() -> None:
    one = paper(local("clinically aligned policy optimization", "CAPO"))
    other = paper(local("cost-aware prompt optimization", "CAPO"))
    alone = paper(local("CAPO"))
    assert slugs(one, other, alone) == [
        ("clinically-aligned-policy-optimization",),
        ("cost-aware-prompt-optimization",),
        ("capo",),
    ]


def test_a_short_form_alone_joins_the_long_form_that_clearly_dominates() -> None:
    common = [
        paper(local("clinically aligned policy optimization", "CAPO"), local(f"m{i}")) for i in range(4)
    ]
    rare = paper(local("cost-aware prompt optimization", "CAPO"))
    alone = paper(local("CAPO"))
    assert slugs(*common, rare, alone)[-2:] == [
        ("cost-aware-prompt-optimization",),
        ("clinically-aligned-policy-optimization",),
    ]


def test_a_short_form_alone_is_what_papers_mean_that_name_the_same_things() -> None:
    medical, prompts = local("patient data", type="Dataset"), local("prompt search")
    papers = [
        *[paper(local("clinically aligned policy optimization", "CAPO"), medical)] * 2,
        *[paper(local("cost-aware prompt optimization", "CAPO"), prompts)] * 2,
        paper(local("CAPO"), medical),
        paper(local("CAPO", relation="evaluatesOn"), prompts),
    ]
    resolution = resolve(papers)
    assert [resolution.slugs(p)[0] for p in papers[-2:]] == [
        "clinically-aligned-policy-optimization",
        "cost-aware-prompt-optimization",
    ]
    assert "capo" not in resolution.entities

    unsure = paper(local("CAPO"), local("beam search"))
    resolution = resolve([*papers, unsure])
    assert [resolution.slugs(p)[0] for p in (papers[-1], unsure)] == [
        "cost-aware-prompt-optimization",
        "capo",
    ]


def test_neighbours_can_tell_that_a_short_form_is_not_the_vocabularys() -> None:
    masks, sharp = local("mask decoder"), local("loss landscape")
    papers = [
        *[paper(local("Segment Anything Model", "SAM", type="Model"), masks)] * 3,
        *[paper(local("sharpness-aware minimization", "SAM"), sharp)] * 3,
        paper(local("SAM"), sharp),
        paper(local("SAM"), masks),
        paper(local("SAM"), local("beam search")),
    ]
    assert [first for first, _ in slugs(*papers)[-3:]] == [
        "sharpness-aware-minimization",
        "segment-anything-model",
        "segment-anything-model",
    ]


def test_a_name_that_many_papers_use_is_not_taken_over_by_one_long_form() -> None:
    one = paper(local("depth from infrared omnidirectional views", "DINO"))
    assert slugs(one, *[paper(local("DINO"))] * 11)[-1] == ("dino",)


def test_a_short_form_of_another_kind_of_thing_stands_by_itself() -> None:
    method = paper(local("adaptive concept erasure", "ACE"))
    benchmark = paper(local("ACE", type="Benchmark", relation="evaluatesOn"))
    assert slugs(method, benchmark) == [("adaptive-concept-erasure",), ("ace",)]


def test_the_vocabulary_names_a_thing_by_any_of_its_forms() -> None:
    papers = [paper(local("Segment Anything Models", type="Model")), paper(local("SAM", type="Method"))]
    resolution = resolve(papers)
    assert [resolution.slugs(p) for p in papers] == [("segment-anything-model",)] * 2
    entity = resolution.entities["segment-anything-model"]
    assert (entity.label, entity.type) == ("Segment Anything Model", "Model")
    assert entity.alt_labels == ("SAM", "Segment Anything Models")


def test_a_short_name_in_another_case_is_another_name() -> None:
    papers = [
        paper(local("mAPs", type="Metric"), local("Map", type="Metric"), local("MEAN AVERAGE PRECISION"))
    ]
    assert slugs(*papers) == [("mean-average-precision", "map", "mean-average-precision")]


@pytest.mark.parametrize("concept", ["", "segment-anything-model"])
def test_a_papers_own_long_form_outweighs_the_vocabularys_short_form(concept: str) -> None:
    own = paper(local("sharpness-aware minimization", "SAM", concept=concept))
    alone = paper(local("SAM", type="Model"))
    assert slugs(own, alone) == [("sharpness-aware-minimization",), ("segment-anything-model",)]


@pytest.mark.parametrize("long", ["promptable Segment Anything Model", "Segment-Anything"])
def test_a_long_form_that_only_adds_or_drops_words_is_the_concept_of_its_short_form(long: str) -> None:
    assert slugs(paper(local(long, "SAM"))) == [("segment-anything-model",)]
    assert slugs(paper(local(f"{long} 2", "SAM"))) != [("segment-anything-model",)]


def test_the_concept_that_extraction_gives_is_taken() -> None:
    papers = [
        paper(local("anything segmenter", concept="segment-anything-model")),
        paper(local("anything segmenter")),
    ]
    assert slugs(*papers) == [("segment-anything-model",)] * 2


@pytest.mark.parametrize(
    "forms",
    [
        ("graph neural policy", "graph neural policies", "Graph-Neural Policy"),
        ("behaviour cloning", "Behavior Cloning"),
        ("self-training loop", "self training loops", "Self–Training Loop"),
    ],
)
def test_spellings_are_one_entity(forms: tuple[str, ...]) -> None:
    found = slugs(*(paper(local(form)) for form in forms))
    assert len(set(found)) == 1


def test_versions_are_kept_apart_even_where_a_paper_puts_them_together() -> None:
    papers = [
        paper(local("GPT-4", type="Model"), local("GPT-4o", type="Model")),
        paper(local("Qwen2", type="Model"), local("Qwen2.5", type="Model")),
        paper(local("WiNGPT-2 model", "WiNGPT-3 model", type="Model")),
        paper(local("WiNGPT-3 model", type="Model")),
    ]
    assert slugs(*papers) == [
        ("gpt-4", "gpt-4o"),
        ("qwen2", "qwen2.5"),
        ("wingpt-2-model",),
        ("wingpt-3-model",),
    ]


def test_two_long_forms_that_a_paper_uses_for_one_thing_are_one() -> None:
    papers = [
        paper(local("medical question answering set", "MedQA set", "MedQA")),
        paper(local("MedQA set")),
        paper(local("medical question answering sets")),
    ]
    assert len(set(slugs(*papers))) == 1


def test_a_name_stays_itself_where_few_papers_use_it_for_another_thing() -> None:
    odd = paper(local("policy gradient", "learned policies"))
    assert slugs(odd, paper(local("learned policies"))) == [("policy-gradient",)] * 2
    common = [paper(local("learned policies"))] * 3
    assert slugs(odd, *common)[:2] == [("policy-gradient",), ("learned-policies",)]


def test_a_rare_name_does_not_join_two_common_ones() -> None:
    common = [paper(local("tree of rewards"), local("reward forest"))] * 3
    bridges = [paper(local("branching rewards", form)) for form in ("tree of rewards", "reward forest")]
    assert slugs(*common, *bridges)[0] == ("tree-of-rewards", "reward-forest")


def test_two_concepts_are_never_joined() -> None:
    papers = [
        paper(local("learned policies", "policy gradient")),
        paper(local("learned policies", "reinforcement learning")),
        paper(local("policy gradient"), local("reinforcement learning")),
    ]
    assert slugs(*papers)[-1] == ("policy-gradient", "reinforcement-learning")


def test_the_type_is_what_most_mentions_say() -> None:
    papers = [paper(local("AlphaMed", type="Method")), paper(local("AlphaMed", type="Model", times=3))]
    assert resolve(papers).entities["alphamed"].type == "Model"
    tie = [paper(local("AlphaMed", type="Model")), paper(local("AlphaMed", type="Method"))]
    assert resolve(tie).entities["alphamed"].type == "Method"


def test_what_any_paper_scores_on_is_a_benchmark() -> None:
    papers = [
        paper(
            local("MedCorpus", type="Dataset", relation="trainsOn", times=5),
            local("Common Crawl", type="Dataset"),
        ),
        paper(local("MedCorpus", type="Dataset", relation="evaluatesOn")),
    ]
    resolution = resolve(papers)
    assert resolution.entities["medcorpus"].type == "Benchmark"
    assert resolution.entities["common-crawl"].type == "Dataset"
    assert resolution.entities["common-crawl"].exact_match == ("https://example.org/cc",)


def test_broader_links_only_to_entities_that_are_there() -> None:
    alone = resolve([paper(local("policy gradients"))])
    assert alone.entities["policy-gradient"].broader == ()
    both = resolve([paper(local("policy gradients")), paper(local("RL"))])
    assert both.entities["policy-gradient"].broader == ("reinforcement-learning",)


def test_the_label_is_the_form_that_most_papers_write() -> None:
    papers = [
        paper(local("Reward Shaping Trees", "reward shaping trees")),
        paper(local("REWARD SHAPING TREES")),
        paper(local("reward-shaping tree")),
        paper(local("reward shaping trees")),
    ]
    entity = resolve(papers).entities["reward-shaping-trees"]
    assert entity.label == "reward shaping trees"
    assert entity.alt_labels == ("REWARD SHAPING TREES", "Reward Shaping Trees", "reward-shaping tree")


def test_names_with_one_slug_get_slugs_of_their_own() -> None:
    papers = [paper(local("A* search")), paper(local("A search")), paper(local("*"))]
    found = [slug for (slug,) in slugs(*papers)]
    assert len(set(found)) == 3
    assert all(found)
    assert set(found[:2]) == {"a-search", "a-search_2"}


def test_papers_observed_after_a_resolution_join_the_next() -> None:
    resolver = Resolver(VOCABULARY)
    first, second = paper(local("CAPO")), paper(local("clinically aligned policy optimization", "CAPO"))
    resolver.observe(first)
    assert resolver.resolve().slugs(first) == ("capo",)
    resolver.observe(second)
    assert resolver.resolve().slugs(first) == resolver.resolve().slugs(second)


FORMS = [
    ("clinically aligned policy optimization", "CAPO"),
    ("cost-aware prompt optimization", "CAPO"),
    ("CAPO",),
    ("CAPO framework", "CAPO"),
    ("sharpness-aware minimization", "SAM"),
    ("Segment Anything Model", "SAM"),
    ("SAM",),
    ("learned policies", "policy gradient"),
    ("learned policy", "reinforcement learning"),
    ("learned policies", "RL"),
    ("mAP",),
    ("A* search", "A search"),
]
TYPES: list[EntityType] = ["Method", "Model", "Benchmark"]
ENTITIES = st.builds(
    lambda forms, type, times: local(*forms, type=type, times=times),
    st.sampled_from(FORMS),
    st.sampled_from(TYPES),
    st.integers(1, 3),
)


@given(st.data())
def test_the_order_of_papers_does_not_matter(data: st.DataObject) -> None:
    papers = data.draw(
        st.lists(st.lists(ENTITIES, max_size=4).map(lambda entities: paper(*entities)), max_size=12)
    )
    shuffled = data.draw(st.permutations(papers))
    one, other = resolve(papers), resolve(shuffled)
    assert list(one.entities.items()) == list(other.entities.items())
    for extraction in papers:
        assert one.slugs(extraction) == other.slugs(extraction)
        assert set(one.slugs(extraction)) <= one.entities.keys()
    assert {slug for extraction in papers for slug in one.slugs(extraction)} == set(one.entities)


def test_an_abbreviation_within_a_longer_name_is_spelled_out() -> None:
    papers = [
        paper(local("offline RL"), local("SAM decoder"), local("RL")),
        paper(local("offline reinforcement learning"), local("RL2 agents"), local("reinforcement learning")),
    ]
    first, second = slugs(*papers)
    assert first[0] == second[0] == "offline-reinforcement-learning"
    assert first[1] == "sam-decoder"
    assert first[2] == second[2] == "reinforcement-learning"
    assert second[1] == "rl2-agents"


def test_an_abbreviation_that_the_paper_spells_out_otherwise_is_not_spelled_out() -> None:
    own = paper(
        local("video game quality assurance", "video game QA", "quality assurance", "QA", type="Task"),
        local("console QA", type="Task"),
    )
    common = paper(local("QA", type="Task"), local("biomedical QA", type="Task"))
    assert slugs(own, common) == [
        ("quality-assurance", "console-qa"),
        ("question-answering", "biomedical-qa"),
    ]
    assert slugs(common, paper(local("biomedical question answering", type="Task")))[0][1] == (
        "biomedical-question-answering"
    )


def test_long_forms_of_another_kind_leave_a_short_form_to_its_own() -> None:
    metric = paper(local("mean absolute error", "MAE", type="Metric", relation="measures"))
    methods = [paper(local("masked autoencoder", "MAE"))] * 3
    alone = paper(local("MAE", type="Metric", relation="measures"))
    assert slugs(*methods, metric, alone)[-1] == ("mean-absolute-error",)


@pytest.mark.parametrize(
    "forms",
    [
        ("A-OKVQA", "AOKVQA", "a okvqa"),
        ("hand-crafted features", "handcrafted features"),
        ("support vec-tor machine", "support vector machine"),
        ("MIMIC-IV notes", "MIMICIV notes"),
        ("Ego-Trees", "EgoTrees"),
    ],
)
def test_the_same_letters_are_one_name_however_they_are_joined(forms: tuple[str, ...]) -> None:
    assert len(set(slugs(*(paper(local(form, type="Benchmark")) for form in forms)))) == 1


def test_numbers_are_not_joined() -> None:
    papers = [paper(local(form, type="Model")) for form in ("Gemma 3 1B", "Gemma 31B", "Gemma 3.1B")]
    assert len(set(slugs(*papers))) == 3


def test_the_same_letters_of_another_kind_are_another_name() -> None:
    method, benchmark = paper(local("Net-Bench")), paper(local("NetBench", type="Benchmark"))
    assert len(set(slugs(method, benchmark))) == 2


def test_a_concept_known_by_its_short_form_may_be_spelled_out_by_papers_that_use_it() -> None:
    using = paper(local("reason and act", "ReAct"))
    introducing = paper(local("relational actor", "ReAct", relation="introduces"))
    measuring = paper(local("relative activation", "ReAct", type="Metric", relation="measures"))
    assert slugs(using, introducing, measuring) == [
        ("react",),
        ("relational-actor",),
        ("relative-activation",),
    ]


def test_common_words_are_not_a_concept_that_is_written_as_one() -> None:
    papers = [paper(local("DualPrompts")), paper(local("dual prompts", type="Metric"))]
    vocabulary = Vocabulary({"dualprompt": Concept("dualprompt", "DualPrompt", "Method")})
    resolution = resolve(papers, vocabulary)
    assert [resolution.slugs(one) for one in papers] == [("dualprompt",), ("dual-prompts",)]
    assert resolve([paper(local("Dual-Prompt"))], vocabulary).entities.keys() == {"dualprompt"}


@pytest.mark.parametrize(
    "forms", [("graph language models", "GLM"), ("vision-large language models", "vLLMs")]
)
def test_a_short_or_inflected_abbreviation_says_too_little(forms: tuple[str, str]) -> None:
    vocabulary = Vocabulary(
        {slug: Concept(slug, label, "Method") for slug, label in (("glm", "GLM"), ("vllm", "vLLM"))}
    )
    assert not resolve([paper(local(*forms))], vocabulary).entities.keys() & {"glm", "vllm"}
